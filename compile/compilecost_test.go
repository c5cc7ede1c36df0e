package compile_test

import (
	"runtime"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
)

// TestCompileMemory compiles profiles of more and more rules. The memory that it takes,
// which measures the work independently of the machine, grows hardly faster than the
// rules.
func TestCompileMemory(t *testing.T) {
	usual, exhaustive := on(arch.X86_64), on(arch.X86_64)
	exhaustive.Effort = compile.Exhaustive()
	// With weights, a plan is made for up to some hundred intervals at once, in
	// space that grows with the square of their number. More are divided first.
	busy := on(arch.X86_64)
	busy.Weights = compile.Weights{{Syscall: "read", Calls: 1000}, {Syscall: "openat", Calls: 10}}
	rule := func(first uint32, action profile.Action, c profile.Cond) profile.Rule {
		return profile.Rule{Numbers: numbers(first, first), Action: action, If: c}
	}
	adjacent := func(i uint32) profile.Rule { return rule(i, profile.Allow(), nil) }
	separate := func(i uint32) profile.Rule { return rule(i+i/5*3, profile.Allow(), nil) }
	for _, c := range []struct {
		name string
		rule func(i uint32) profile.Rule
		o    compile.Options
		more uint64 // slack
	}{
		{"adjacent", adjacent, usual, 0},
		{"adjacent, exhaustive", adjacent, exhaustive, 0},
		{"separate", separate, usual, 0},
		{"separate, by weights", separate, busy, 2},
		{"the same number", func(i uint32) profile.Rule { return rule(7, profile.Allow(), arg(0).Low32().Equal(uint64(i))) }, usual, 0},
		{"the same number, exhaustive", func(i uint32) profile.Rule { return rule(7, profile.Allow(), arg(0).Low32().Equal(uint64(i))) }, exhaustive, 0},
		{"conditions alike", func(i uint32) profile.Rule { return rule(i, profile.Log(), arg(1).Equal(uint64(i/2%16))) }, usual, 0},
		{"overlaps", func(i uint32) profile.Rule {
			return profile.Rule{Numbers: numbers(i, i+10), Action: profile.Errno(errno.Errno(i % 2))}
		}, usual, 0},
		{"shadowed", func(i uint32) profile.Rule { return rule(i%50, profile.Trap(uint16(i)), nil) }, usual, 0},
	} {
		var bytes []uint64
		sizes := []int{10, 100, 1000, 4000}
		for _, n := range sizes {
			p := profile.New(eperm)
			for i := range uint32(n) {
				p.Rules = append(p.Rules, c.rule(i))
			}
			bytes = append(bytes, taken(func() { compiled(t, p, c.o) }))
		}
		t.Logf("%-28s %v rules take %v KB", c.name, sizes, kilo(bytes))
		for i := range sizes[1:] {
			if limit := (slack + c.more) * bytes[i] * uint64(sizes[i+1]/sizes[i]); bytes[i+1] > limit {
				t.Errorf("%s: %d rules take %d bytes, %d rules %d", c.name, sizes[i], bytes[i], sizes[i+1], bytes[i+1])
			}
		}
	}
}

// slack is how much faster than the rules the memory may grow from one size to
// the next: slices and tables double now and then.
const slack = 2

// taken returns how many bytes f allocates.
func taken(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func kilo(bytes []uint64) []uint64 {
	k := make([]uint64, len(bytes))
	for i, b := range bytes {
		k[i] = b >> 10
	}
	return k
}
