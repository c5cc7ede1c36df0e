package compile_test

import (
	"errors"
	"fmt"
	"runtime"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
)

const maxInsns = 4096

// wantTooLong compiles a hostile profile. The bounds of time and memory are far
// above what it needs, and far below what would do harm.
func wantTooLong(t *testing.T, p profile.Profile) *compile.TooLongError {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	prog, err := compile.Compile(p, on(arch.X86_64))
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	var tooLong *compile.TooLongError
	if prog != nil || !errors.As(err, &tooLong) {
		t.Fatalf("%v, want a TooLongError", err)
	}
	if took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	if bytes := after.TotalAlloc - before.TotalAlloc; bytes > 1<<29 {
		t.Errorf("it took %d MB", bytes>>20)
	}
	t.Logf("%v, %d MB, %v", took, (after.TotalAlloc-before.TotalAlloc)>>20, err)
	if tooLong.Limit != maxInsns || tooLong.Instructions <= maxInsns {
		t.Errorf("%+v", tooLong)
	}
	return tooLong
}

// Ten thousand rules can make a short program.
func TestManyRules(t *testing.T) {
	p := profile.New(eperm)
	for i := range uint32(10_000) {
		p.Rules = append(p.Rules, profile.Rule{Numbers: numbers(i, i), Action: profile.Allow()})
	}
	o := newOracles(t, p, compile.Target{Arch: arch.X86_64})
	if n := o.prog.Stats(nil).Instructions; n > 10 {
		t.Errorf("%d instructions for one interval", n)
	}
	for _, nr := range []int32{0, 1, 5000, 9999, 10_000, -1} {
		o.agree(t, compile.Data{Nr: nr, Audit: arch.X86_64.Audit()})
	}
	for i := range p.Rules {
		p.Rules[i].Action = profile.Trap(uint16(i))
	}
	if e := wantTooLong(t, p); len(e.Costs) == 0 {
		t.Error("no rule is named")
	}
}

func TestManyConditions(t *testing.T) {
	p := profile.New(eperm)
	for i := range uint64(10_000) {
		p.Rules = append(p.Rules, profile.Rule{Numbers: numbers(7, 7), If: arg(int(i % 6)).Equal(i<<32 | i), Action: profile.Trap(uint16(i))})
	}
	e := wantTooLong(t, p)
	if len(e.Costs) != 10 || e.Costs[0].Tests != 3 || e.Costs[1].Tests != 2 { // the first claims the number
		t.Errorf("%+v", e.Costs)
	}
}

// Ranges that overlap, each with its own condition: every number has another set
// of rules.
func TestManyOverlaps(t *testing.T) {
	p := profile.New(eperm)
	for i := range uint32(4000) {
		p.Rules = append(p.Rules, profile.Rule{Numbers: numbers(i, 8000-i), If: arg(0).Equal(uint64(i) + 1), Action: profile.Trap(uint16(i))})
	}
	wantTooLong(t, p)
}

// The rule that costs most comes first.
func TestCostliestRules(t *testing.T) {
	var many []uint64
	for i := range uint64(5000) {
		many = append(many, 3*i)
	}
	p := profile.New(eperm).
		Allow("read").If(arg(0).In(1, 3, 5)).
		Rule(profile.Rule{Syscalls: []string{"ioctl"}, If: arg(1).In(many...), Action: profile.Log()}).
		Allow("fcntl").If(arg(1).In(many[:50]...))
	e := wantTooLong(t, p)
	if len(e.Costs) != 3 || e.Costs[0].Rule != 1 || e.Costs[1].Rule != 2 || e.Costs[2] != (compile.RuleCost{Rule: 0, Tests: 4}) {
		t.Errorf("%+v", e.Costs)
	}
	if !strings.Contains(e.Error(), "rule 1 (5001)") {
		t.Error(e)
	}
}

// A program of 4096 instructions is made and one of 4097 isn't.
func TestLengthLimit(t *testing.T) {
	seen := make(map[int]bool)
	for pairs := range trials(1, 6) {
		// The length grows with the values: look for the first that don't fit.
		first := 3000 + sort.Search(1200, func(i int) bool { return lengthOf(t, 3000+i, pairs) > maxInsns })
		for values := first - 4; values < first+3; values++ {
			seen[lengthOf(t, values, pairs)] = true
		}
	}
	if !seen[maxInsns] || !seen[maxInsns+1] {
		t.Errorf("lengths %v: neither side of the limit was met", seen)
	}
}

// lengthOf returns how long the program of a profile is, or would be, in which each
// value costs an instruction and each pair of numbers some more. It fails unless there
// is a program exactly if it isn't too long.
func lengthOf(t *testing.T, values, pairs int) int {
	t.Helper()
	p := profile.New(eperm)
	for i := range values {
		p.Rules = append(p.Rules, profile.Rule{Numbers: numbers(7, 7), If: arg(0).Low32().Equal(uint64(i) * 5), Action: profile.Trap(uint16(i % 3))})
	}
	for i := range uint32(pairs) {
		p.Rules = append(p.Rules, profile.Rule{Numbers: numbers(1000+10*i, 1000+10*i), Action: profile.Allow()})
	}
	prog, err := compile.Compile(p, compile.Options{Target: compile.Target{Arch: arch.X86_64}, SkipProof: true})
	var tooLong *compile.TooLongError
	switch {
	case err == nil:
		if n := len(prog.Raw()); n > maxInsns || n != prog.Stats(nil).Instructions {
			t.Fatalf("a program of %d instructions, and Stats say %d", n, prog.Stats(nil).Instructions)
		}
		return len(prog.Raw())
	case !errors.As(err, &tooLong) || tooLong.Instructions <= maxInsns:
		t.Fatal(err)
	}
	return tooLong.Instructions
}

// Conditions nested as deep as Validate admits take linear time.
func TestNesting(t *testing.T) {
	for _, n := range []int{10, 50, 100} {
		var and, or profile.Cond = arg(0).Equal(1), arg(0).Equal(1)
		for i := range n {
			and = profile.Not{Cond: profile.And{and, arg(i % 6).Low32().Greater(uint64(i))}}
			or = profile.Or{or, profile.And{arg(i % 6).Low32().Less(uint64(i)), or}}
			if i > 12 {
				or = and // doubled each time, or would have 2ⁿ parts
			}
		}
		p := profile.New(eperm).Allow("read").If(and).Do(profile.Log(), "write").If(or)
		prog, err := compile.Compile(p, on(arch.X86_64))
		if err != nil {
			if strings.Contains(err.Error(), "nested more") {
				continue
			}
			t.Fatal(err)
		}
		if prog.Stats(nil).Instructions > 20*n {
			t.Errorf("depth %d: %v", n, prog.Stats(nil))
		}
		newOracles(t, p, compile.Target{Arch: arch.X86_64}).boundaries(t)
	}
}

// A condition that shares its parts is expanded no further than Validate admits.
func TestSharedParts(t *testing.T) {
	c := profile.Cond(arg(0).Equal(1))
	for i := range 60 {
		c = profile.And{c, profile.Or{c, arg(1).Equal(uint64(i))}}
	}
	start := time.Now()
	_, err := compile.Compile(profile.New(eperm).Allow("read").If(c), on(arch.X86_64))
	if err == nil || time.Since(start) > 20*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

// However many ranges without conditions there are, only their edges cost something.
func TestManyRanges(t *testing.T) {
	p := profile.New(eperm)
	r := profile.Rule{Action: profile.Allow()}
	for i := range uint32(5000) {
		r.Numbers = append(r.Numbers, profile.NumberRange{First: i * 7, Last: i*7 + 20})
	}
	p = p.Rule(r)
	o := newOracles(t, p, compile.Target{Arch: arch.X86_64})
	for nr := range int32(100) {
		o.agree(t, compile.Data{Nr: nr + 35000 - 50, Audit: arch.X86_64.Audit()})
	}
	if n := o.prog.Stats(nil).Instructions; n > 10 {
		t.Error(fmt.Sprint(n, " instructions for one interval"))
	}
}
