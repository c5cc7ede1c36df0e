package input

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
)

func TestParseCall(t *testing.T) {
	x86_64 := arch.X86_64.Audit()
	tests := []struct {
		in   string
		want compile.Data
	}{
		{"clone3", compile.Data{Nr: 435, Audit: x86_64}},
		{"clone3()", compile.Data{Nr: 435, Audit: x86_64}},
		{"socket(38, 0x5,010)", compile.Data{Nr: 41, Audit: x86_64, Args: [6]uint64{38, 5, 8}}},
		{"41(38)", compile.Data{Nr: 41, Audit: x86_64, Args: [6]uint64{38}}},
		{"openat(-100)", compile.Data{Nr: 257, Audit: x86_64, Args: [6]uint64{1<<64 - 100}}},
		{"x86:openat(-100)", compile.Data{Nr: 295, Audit: arch.X86.Audit(), Args: [6]uint64{1<<32 - 100}}},
		{"x32:read", compile.Data{Nr: 0x40000000, Audit: x86_64}},
		{"-1", compile.Data{Nr: -1, Audit: x86_64}},
		{"0xffffffff", compile.Data{Nr: -1, Audit: x86_64}},
	}
	for _, tt := range tests {
		got, err := ParseCall(tt.in, arch.X86_64)
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
		} else if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.in, diff)
		}
	}
}

func TestParseCallErrors(t *testing.T) {
	tests := []struct{ in, want string }{
		{"sokcet", `did you mean "socket"?`},
		{"x87:read", `did you mean`},
		{"socket(38", "parenthesis"},
		{"socket(AF_VSOCK)", "AF_VSOCK"},
		{"read(1,2,3,4,5,6,7)", "7 arguments"},
		{"0(1,2,3,4,5,6,7)", "7 arguments"},
		{"0x100000000", "32 bits"},
		{"x86:read(0x100000000)", "out of range"},
		{"", "unknown"},
	}
	for _, tt := range tests {
		if _, err := ParseCall(tt.in, arch.X86_64); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want something about %q", tt.in, err, tt.want)
		}
	}
}

func TestCaps(t *testing.T) {
	tests := []struct {
		in, out string
		n       int
	}{
		{"default", "default", 14},
		{"none", "none", 0},
		{"all", "", 41},
		{"sys_admin, CAP_BPF,BPF", "CAP_BPF,CAP_SYS_ADMIN", 2},
		{"default,SYS_PTRACE", "", 15},
	}
	for _, tt := range tests {
		var c Caps
		if err := c.Set(tt.in); err != nil {
			t.Errorf("%s: %v", tt.in, err)
			continue
		}
		if len(c) != tt.n {
			t.Errorf("%s is %d capabilities, want %d: %v", tt.in, len(c), tt.n, c)
		}
		if s := c.String(); tt.out != "" && s != tt.out {
			t.Errorf("%s is printed as %q, want %q", tt.in, s, tt.out)
		}
		var again Caps
		if err := again.Set(c.String()); err != nil || !cmp.Equal(c, again) {
			t.Errorf("%s: %q reads as %v, %v", tt.in, c.String(), again, err)
		}
	}
	if err := new(Caps).Set("CAP_SYS_ADMINN"); err == nil {
		t.Error("CAP_SYS_ADMINN is accepted")
	}
}
