package compile_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/syscalls"
)

const straceTable = `
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 24.14    0.000399          13        30           mmap
 19.84    0.000328           9        34        13 openat
  0.00    0.000000           0         1         1 access
------ ----------- ----------- --------- --------- ----------------
100.00    0.010837          51        65        14 total
`

func TestParseStrace(t *testing.T) {
	three := compile.Weights{{Syscall: "mmap", Calls: 30}, {Syscall: "openat", Calls: 34}, {Syscall: "access", Calls: 1}}
	on := func(a arch.Arch, ws compile.Weights) compile.Weights {
		ws = slices.Clone(ws)
		for i := range ws {
			ws[i].Arch = a
		}
		return ws
	}
	other := func(mode string) string {
		return straceTable + "System call usage summary for " + mode + " mode:" + straceTable
	}
	for _, c := range []struct {
		name, text string
		on         arch.Arch
		want       compile.Weights
	}{
		{"as printed", straceTable, 0, three},
		{"own ABI named", straceTable, arch.S390X, on(arch.S390X, three)},
		{"two runs", straceTable + straceTable, 0, slices.Concat(three, three)},
		{"32 bit", other("32 bit"), arch.X86_64, slices.Concat(on(arch.X86_64, three), on(arch.X86, three))},
		{"32 bit, ARM", other("32 bit"), arch.AArch64, slices.Concat(on(arch.AArch64, three), on(arch.ARM, three))},
		{"32 bit, MIPS", other("32 bit"), arch.MIPSEL64, slices.Concat(on(arch.MIPSEL64, three), on(arch.MIPSEL, three))},
		{"32 bit, x32's strace", other("32 bit"), arch.X32, slices.Concat(on(arch.X32, three), on(arch.X86, three))},
		{"x32", other("x32"), 0, slices.Concat(three, on(arch.X32, three))},
		{"a mode counts once", other("x32") + straceTable, 0, slices.Concat(three, on(arch.X32, three), three)},
		{"text around", "hello\n----\ncalls syscall\nread(3, \"\", 1) = 0\n--- SIGCHLD ---\n" + straceTable + "bye", 0, three},
		{"text before on the line", "done" + straceTable[1:], 0, three},
		{"text before the mode", straceTable + "doneSystem call usage summary for x32 mode:" + straceTable, 0, slices.Concat(three, on(arch.X32, three))},
		{"CRLF", strings.ReplaceAll(straceTable, "\n", "\r\n"), 0, three},
		{"a long line of text", strings.Repeat("x", 10000) + "\n" + straceTable, 0, three},
		{"decimal comma", strings.ReplaceAll(straceTable, ".", ","), 0, three},
		{"columns", "syscall    errors     calls\n---------------- --------- ---------\n" +
			"read                       7\nmkdir            2         3\n---------------- --------- ---------\ntotal            2        10\n",
			0, compile.Weights{{Syscall: "read", Calls: 7}, {Syscall: "mkdir", Calls: 3}}},
		{"two columns", "calls syscall\n--------- -------\n7 read\n--------- -------\n7 total", 0, compile.Weights{{Syscall: "read", Calls: 7}}},
		{"all columns", "syscall shortest  longest % time usecs/call calls seconds wall-avg errors\n---- ---- ---- ---- ---- ---- ---- ---- ----\n" +
			"read 0.000000 0.000000 1.00 1 7 0.1 3\nread 0.000000 0.000000 1.00 1 8 0.1 3 2\n---- ---- ---- ---- ---- ---- ---- ---- ----\n",
			0, compile.Weights{{Syscall: "read", Calls: 7}, {Syscall: "read", Calls: 8}}},
		{"no calls in it", "calls syscall\n-- --\n-- --\n0 total", 0, nil},
		{"no unit", "calls syscall\n-- --\n99999999999999999999999 read\n-- --", 0, compile.Weights{{Syscall: "read", Calls: math.MaxUint64}}},
		{"unknown to strace", "calls syscall\n-- --\n1 syscall_0x1d7\n2 syscall_0xfff\n3 syscall_0xfffffffff\n-- --", arch.X86_64,
			compile.Weights{{Arch: arch.X86_64, Syscall: nameOf(arch.X86_64, 0x1d7), Calls: 1}}},
		{"unknown to strace, and where", "calls syscall\n-- --\n1 syscall_0x1d7\n-- --", 0, nil},
	} {
		got, err := compile.ParseStrace(strings.NewReader(c.text), c.on)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.name, diff)
		}
	}
}

func nameOf(a arch.Arch, nr uint32) string {
	name, _ := syscalls.Name(a, nr)
	return name
}

func TestParseStraceErrors(t *testing.T) {
	head := "hello\ncalls errors syscall\n--- --- ---\n"
	for _, c := range []struct {
		text string
		on   arch.Arch
		line int
		want string
	}{
		{"", 0, 0, "there is no table with the columns calls and syscall"},
		{"hello\nworld", 0, 2, "there is no table"},
		{"errors syscall\n--- ---\n1 read\n--- ---\n", 0, 4, "there is no table"},
		{"calls syscall\n--- --- ---\n", 0, 2, "there is no table"},
		{head, 0, 3, "breaks off"},
		{head + "1 2 read\n", 0, 4, "breaks off"},
		{head + "1 2 3 read\n--- --- ---\n", 0, 4, "4 columns, the table 3"},
		{head + "read\n--- --- ---\n", 0, 4, "1 columns, the table 3"},
		{head + "\n--- --- ---\n", 0, 4, "0 columns"},
		{head + "-1 read\n--- --- ---\n", 0, 4, `no number: "-1"`},
		{head + "x read\n--- --- ---\n", 0, 4, `no number: "x"`},
		{head + "1 2 3\n--- --- ---\n", 0, 4, `no name of a system call: "3"`},
		{head + "1 re(ad\n--- --- ---\n", 0, 4, `no name of a system call: "re(ad"`},
		{head + "1 " + strings.Repeat("a", 65) + "\n--- --- ---\n", 0, 4, `no name of a system call: "aaa`},
		{head + strings.Repeat(" ", 5000) + "1 read\n--- --- ---\n", 0, 4, "too long"},
		{head + strings.Repeat("1 read\n", 70000), 0, 4 + 1<<16, "more than 65536 rows"},
		{straceTable + "System call usage summary for 32 bit mode:\n", 0, 9, `that isn't known: "32 bit"`},
		{straceTable + "System call usage summary for 32 bit mode:\n", arch.RISCV64, 9, `riscv64 has no ABI that is called "32 bit"`},
		{straceTable + "System call usage summary for n32 mode:\n", arch.MIPS64, 9, `mips64 has no ABI that is called "n32"`},
	} {
		ws, err := compile.ParseStrace(strings.NewReader(c.text), c.on)
		var bad *compile.StraceError
		if !errors.As(err, &bad) || ws != nil || bad.Line != c.line || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.60q: %v, %v, want line %d: %s", c.text, ws, err, c.line, c.want)
		}
	}
	broken := errors.New("broken pipe")
	for _, text := range []string{"", head, head + "1 read\n"} {
		_, err := compile.ParseStrace(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), 0)
		if !errors.Is(err, broken) {
			t.Errorf("%q: %v", text, err)
		}
	}
	var bad *compile.ArchError
	if _, err := compile.ParseStrace(strings.NewReader(straceTable), 99); !errors.As(err, &bad) {
		t.Errorf("%v", err)
	}
}

// Whatever the reader's portions are, the answer is the same.
func TestParseStracePortions(t *testing.T) {
	want, err := compile.ParseStrace(strings.NewReader(straceTable), 0)
	if err != nil {
		t.Fatal(err)
	}
	for name, wrap := range map[string]func(io.Reader) io.Reader{"bytes": iotest.OneByteReader, "halves": iotest.HalfReader, "error with data": iotest.DataErrReader} {
		got, err := compile.ParseStrace(wrap(strings.NewReader(straceTable)), 0)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// The installed strace prints what ParseStrace reads.
func TestRealStrace(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("there is no strace")
	}
	for _, flags := range [][]string{{"-c"}, {"-c", "-f", "-w"}, {"-C"}, {"-c", "-U", "name,calls"}, {"-c", "-U", "errors,count,min-time,name,max-time,time"}, {"-c", "-S", "calls"}} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		cmd := exec.CommandContext(ctx, strace, append(flags, "true")...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		err := cmd.Run()
		cancel()
		if err != nil {
			t.Skipf("strace can't trace here: %v\n%s", err, stderr.Bytes())
		}
		ws, err := compile.ParseStrace(&stderr, 0)
		if err != nil {
			t.Errorf("%v: %v", flags, err)
			continue
		}
		i := slices.IndexFunc(ws, func(w compile.Weight) bool { return w.Syscall == "execve" })
		if i < 0 || ws[i].Calls != 1 {
			t.Errorf("%v: %v", flags, ws)
		}
		for _, w := range ws {
			if w.Syscall == "total" || w.Calls == 0 || !syscalls.Known(w.Syscall) {
				t.Errorf("%v: %v", flags, w)
			}
		}
	}
}

func ExampleParseStrace() {
	summary := `hello
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 75.00    0.000300          10        30           write
 25.00    0.000100          25         4         1 openat
------ ----------- ----------- --------- --------- ----------------
100.00    0.000400          11        34         1 total
`
	weights, err := compile.ParseStrace(strings.NewReader(summary), arch.X86_64)
	if err != nil {
		fmt.Println(err)
	}
	for _, w := range weights {
		fmt.Println(w.Arch, w.Syscall, w.Calls)
	}
	// Output:
	// x86_64 write 30
	// x86_64 openat 4
}

func FuzzParseStrace(f *testing.F) {
	f.Add([]byte(straceTable), byte(0))
	f.Add([]byte("noise"+straceTable+"System call usage summary for 32 bit mode:"+straceTable), byte(arch.X86_64))
	f.Add([]byte("System call usage summary for x32 mode:\nsyscall calls\n-- --\nread 99999999999999999999\nsyscall_0x1d7 1\n-- --\n"), byte(arch.X32))
	f.Add([]byte("calls errors syscall\n- - -\n\xff \x00"), byte(200))
	f.Fuzz(func(t *testing.T, data []byte, on byte) {
		ws, err := compile.ParseStrace(bytes.NewReader(data), arch.Arch(on))
		if err != nil {
			var bad *compile.StraceError
			var a *compile.ArchError
			if ws != nil || !errors.As(err, &bad) && !errors.As(err, &a) || bad != nil && bad.Line > bytes.Count(data, []byte("\n"))+1 {
				t.Fatalf("%v, %v", ws, err)
			}
			return
		}
		if len(ws) == 0 {
			return
		}
		// What was read can be printed and read again.
		var b strings.Builder
		for _, w := range ws {
			fmt.Fprintf(&b, "calls syscall\n- -\n%d %s\n- -\n", w.Calls, w.Syscall)
		}
		again, err := compile.ParseStrace(strings.NewReader(b.String()), 0)
		if err != nil || len(again) != len(ws) {
			t.Fatalf("%v, %v\n%v\n%s", again, err, ws, b.String())
		}
		for i := range again {
			if again[i].Syscall != ws[i].Syscall || again[i].Calls != ws[i].Calls {
				t.Fatalf("%v became %v", ws[i], again[i])
			}
		}
	})
}
