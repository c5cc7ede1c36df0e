package oci_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// crunOn is how a document is resolved without runc's ENOSYS rules.
func crunOn(a arch.Arch) oci.ResolveOptions {
	return oci.ResolveOptions{Target: oci.Target{Arch: a}, Runtime: oci.Crun}
}

func mustParse(t testing.TB, doc string, dialect oci.Dialect) *oci.Document {
	t.Helper()
	d, err := oci.Parse([]byte(doc), oci.ParseOptions{Dialect: dialect})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// rulesDoc returns a document that kills by default. A rule is written as
// "name action conditions", with actions A, B and C for Errno 1, 2 and 3, L for
// Log and D for the default, and conditions such as "0==1 1&3=2".
func rulesDoc(t testing.TB, arches string, rules ...string) *oci.Document {
	t.Helper()
	actions := map[string]string{
		"A": `"SCMP_ACT_ERRNO","errnoRet":1`, "B": `"SCMP_ACT_ERRNO","errnoRet":2`, "C": `"SCMP_ACT_ERRNO","errnoRet":3`,
		"L": `"SCMP_ACT_LOG"`, "D": `"SCMP_ACT_KILL"`, "OK": `"SCMP_ACT_ALLOW"`,
	}
	var entries []string
	for _, r := range rules {
		f := strings.Fields(r)
		var args []string
		for _, c := range f[2:] {
			args = append(args, argJSON(t, c))
		}
		entries = append(entries, fmt.Sprintf(`{"names":["%s"],"action":%s,"args":[%s]}`,
			strings.ReplaceAll(f[0], ",", `","`), actions[f[1]], strings.Join(args, ",")))
	}
	return mustParse(t, fmt.Sprintf(`{"defaultAction":"SCMP_ACT_KILL","architectures":[%s],"syscalls":[%s]}`,
		arches, strings.Join(entries, ",\n")), oci.DialectOCI)
}

func argJSON(t testing.TB, c string) string {
	t.Helper()
	for _, op := range []struct{ text, name string }{
		{"==", "EQ"}, {"!=", "NE"}, {"<=", "LE"}, {">=", "GE"}, {"<", "LT"}, {">", "GT"}, {"&", "MASKED_EQ"},
	} {
		index, value, ok := strings.Cut(c, op.text)
		if !ok {
			continue
		}
		value, two, _ := strings.Cut(value, "=")
		if two == "" {
			two = "0"
		}
		var v, w uint64
		if _, err := fmt.Sscan(value+" "+two, &v, &w); err != nil {
			t.Fatalf("%s: %v", c, err)
		}
		return fmt.Sprintf(`{"index":%s,"op":"SCMP_CMP_%s","value":%d,"valueTwo":%d}`, index, op.name, v, w)
	}
	t.Fatalf("no condition: %s", c)
	return ""
}

// letter names a verdict as rulesDoc does, and S for ENOSYS.
func letter(w uint32) string {
	switch w {
	case 0:
		return "D"
	case 0x50001, 0x50002, 0x50003:
		return string(rune('A' - 1 + w - 0x50000))
	case 0x7ffc0000:
		return "L"
	case 0x7fff0000:
		return "OK"
	case 0x50026, 0x50059:
		return "S"
	}
	return fmt.Sprintf("%#x", w)
}

// TestRuleInteraction holds verdicts that the reference gives.
func TestRuleInteraction(t *testing.T) {
	type want map[string]string // "arch call arg0 arg1 ..." to a letter
	tests := []struct {
		name   string
		arches string
		rules  []string
		want   want
	}{
		{"first unconditional wins", "", []string{"read A", "read B"}, want{"x86_64 read": "A"}},
		{"unconditional replaces conditional", "", []string{"read A 0==1", "read B"}, want{"x86_64 read 1": "B"}},
		{"conditional after unconditional", "", []string{"read B", "read A 0==1"}, want{"x86_64 read 1": "B"}},
		{"a rule like the default is dropped", "", []string{"read D 0==1", "read A", "ioctl D", "ioctl A 1==5"},
			want{"x86_64 read 1": "A", "x86_64 ioctl 0 5": "A", "x86_64 ioctl 0 6": "D"}},
		{"one action: any match", "", []string{"read A 0==1", "read A 1>5", "read A 0<0x100000000 2!=0"},
			want{"x86_64 read 1": "A", "x86_64 read 9 6": "A", "x86_64 read 2 5 1": "A", "x86_64 read 2 5 0": "D"}},
		{"later arguments first", "", []string{"read A 0==1", "read B 1==1"},
			want{"x86_64 read 1 1": "B", "x86_64 read 1 0": "A"}},
		{"equality, then upper, then lower bounds", "", []string{"read A 0>2", "read B 0<9", "read C 0==5"},
			want{"x86_64 read 5": "C", "x86_64 read 6": "B", "x86_64 read 9": "A", "x86_64 read 0xfffffffff": "A"}},
		{"tightest upper bound", "", []string{"read A 0<9", "read B 0<5", "read C 0<=6"},
			want{"x86_64 read 4": "B", "x86_64 read 6": "C", "x86_64 read 8": "A", "x86_64 read 9": "D"}},
		{"tightest lower bound", "", []string{"read A 0>2", "read B 0>=5", "read C 0>9"},
			want{"x86_64 read 3": "A", "x86_64 read 5": "B", "x86_64 read 10": "C", "x86_64 read 0x100000000": "C"}},
		{"wide, then narrow", "", []string{"read A 0==1", "read B 0==1 1==2"}, want{"x86_64 read 1 2": "A"}},
		{"narrow, then wide, of one action", "", []string{"read A 0==1 1==2", "read A 0==1"},
			want{"x86_64 read 1 2": "A", "x86_64 read 1 3": "A"}},
		{"ties differ by width", `"SCMP_ARCH_X86"`, []string{"read B 0&1=1", "read A 0==5"},
			want{"x86_64 read 5": "B", "x86 read 5": "A", "x86 read 3": "B"}},
		{"64 bits are compared", "", []string{"read A 0==5"},
			want{"x86_64 read 5": "A", "x86_64 read 0x100000005": "D"}},
		{"32 bits are compared", `"SCMP_ARCH_X86","SCMP_ARCH_X32"`, []string{"read A 0==0x100000005"},
			want{"x86_64 read 5": "D", "x86 read 5": "A", "x32 read 0x700000005": "A"}},
		{"the datum is masked", "", []string{"read A 0&15=37"}, want{"x86_64 read 5": "A", "x86_64 read 0x35": "A"}},
		{"a mask of 0 is no condition", "", []string{"read A 0&0=1", "read B"}, want{"x86_64 read 7": "A"}},
		{"a mask without low bits", `"SCMP_ARCH_X86"`, []string{"read A 0&0x100000000=0", "read B 1==1"},
			want{"x86 read 7 1": "A", "x86_64 read 0 1": "B", "x86_64 read 0x100000000": "D"}},
		{"a repeated index: any condition", "", []string{"read A 0==1 1==2 0==3"},
			want{"x86_64 read 1": "A", "x86_64 read 3": "A", "x86_64 read 0 2": "A", "x86_64 read 0 1": "D"}},
		{"socketcall", `"SCMP_ARCH_X86"`, []string{"socket A 0<38", "bind B 1==7"},
			want{"x86 socketcall 1 99": "A", "x86 socketcall 2 7": "B", "x86 socketcall 2 6": "D",
				"x86 socketcall 3": "D", "x86 socket 37": "A", "x86 socket 38": "D", "x86_64 socket 37": "A"}},
		{"socketcall itself", `"SCMP_ARCH_X86"`, []string{"socketcall OK", "socket A 0==1", "socket B 0==2"},
			want{"x86 socketcall 1": "OK", "x86 socket 1": "A", "x86 socket 2": "B", "x86_64 socket 2": "B"}},
		{"ipc has no version", `"SCMP_ARCH_X86"`, []string{"shmat A"},
			want{"x86 ipc 21": "A", "x86 ipc 0x10015": "D", "x86 shmat": "A"}},
		{"no direct number", `"SCMP_ARCH_X86"`, []string{"accept A"}, want{"x86 socketcall 5": "A", "x86_64 accept": "A"}},
		{"unknown names", "", []string{"no_such_call A 0==1", "no_such_call B 0==1", "read A"}, want{"x86_64 read": "A"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, _, err := rulesDoc(t, tt.arches, tt.rules...).Resolve(crunOn(arch.X86_64))
			if err != nil {
				t.Fatal(err)
			}
			checkVerdicts(t, p, tt.want)
		})
	}
}

// checkVerdicts compares p's verdicts with letters, by calls like "x86 read 1".
func checkVerdicts(t *testing.T, p profile.Profile, want map[string]string) {
	t.Helper()
	for call, want := range want {
		audit, nr, args := parseCall(t, call)
		if got := letter(evalProfile(t, p, audit, nr, args)); got != want {
			t.Errorf("%s: %s, want %s", call, got, want)
		}
	}
}

func parseCall(t testing.TB, s string) (audit, nr uint32, args [6]uint64) {
	t.Helper()
	f := strings.Fields(s)
	a, err := arch.Parse(f[0])
	if err != nil {
		t.Fatal(err)
	}
	nr, ok := syscalls.Lookup(a, f[1])
	if !ok {
		if _, err := fmt.Sscan(f[1], &nr); err != nil {
			t.Fatalf("%v has no %s", a, f[1])
		}
	}
	for i, v := range f[2:] {
		if _, err := fmt.Sscan(v, &args[i]); err != nil {
			t.Fatal(err)
		}
	}
	return a.Audit(), nr, args
}

func TestRuleConflicts(t *testing.T) {
	for _, tt := range []struct {
		name, arches string
		rules        []string
		text         string // of the error; empty where there is none
	}{
		{"same conditions", "", []string{"read A 0==1", "read B 0==1"}, "nothing orders the rules Errno(2) and Errno(1) of line 1 (/syscalls/0) for read"},
		{"narrow, then wide", "", []string{"read A 0==1 1==2", "read B 0==1"}, "for read"},
		{"a name that no ABI has", "", []string{"ipc A 0==1", "ipc B 0==1"}, "for ipc"},
		{"two calls by socketcall", `"SCMP_ARCH_X86"`, []string{"socket A 0==1", "socket B 0==2"}, "for socket through a multiplexing call on x86"},
		{"values that lose their difference", `"SCMP_ARCH_X86"`, []string{"read A 0==0x100000001", "read B 0==1"}, "for read on x86"},
		{"one bound", "", []string{"read A 0<5", "read B 0<5"}, "for read"},
		{"unequal to one value", "", []string{"read A 0!=5", "read B 0!=5"}, "for read"},
		{"of one action", "", []string{"read A 0==1", "read A 0==1"}, ""},
		{"after an unconditional rule", "", []string{"read L", "read A 0==1", "read B 0==1"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, _, err := rulesDoc(t, tt.arches, tt.rules...).Resolve(crunOn(arch.X86_64))
			if tt.text == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var fs oci.Findings
			if !errors.As(err, &fs) || len(fs) != 1 || fs[0].ID != "conflicting-rules" || !strings.Contains(fs[0].Text, tt.text) {
				t.Errorf("error %v, want %q", err, tt.text)
			}
			if p.Rules != nil {
				t.Error("a profile beside the error")
			}
		})
	}
}
