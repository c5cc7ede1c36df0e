package compiletest

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
)

// Case is a call and the verdict that a policy shall give it.
type Case struct {
	// Name says what the case is about. It may be empty.
	Name string
	// Arch is the ABI through which the call is made, covered by the filter or
	// not. Zero is the first that the filter covers.
	Arch arch.Arch
	// Call is the call in the notation of [compile.ParseCall], such as "socket(38, 1)".
	Call string
	// Args are arguments, for a Call without any. As in the text of a Call, a
	// negative one is sign-extended.
	Args []uint64
	// InstructionPointer is the address from which the call is made.
	InstructionPointer uint64
	// Want is the verdict. Its zero value kills the process.
	Want profile.Action
}

// Check runs the program on the call of each case. A verdict other than Want is
// an error of t that shows the way through the program, and so is a call that
// makes no sense; the other cases are tried nevertheless.
//
// An Errno is compared by its number on the case's ABI.
func Check(t testing.TB, prog *compile.Program, cases []Case) {
	t.Helper()
	for i, c := range cases {
		if err := c.check(prog); err != nil {
			t.Errorf("case %d, %s: %v", i, cmp.Or(c.Name, c.Call), err)
		}
	}
}

func (c Case) check(prog *compile.Program) error {
	covered := prog.Arches()
	if len(covered) == 0 {
		return compile.ErrNoProgram
	}
	a := cmp.Or(c.Arch, covered[0])
	d, err := c.data(a)
	if err != nil {
		return err
	}
	// The verdict on a foreign ABI has the error numbers of the filter's own.
	if !slices.Contains(covered, a) {
		a = covered[0]
	}
	ret, err := c.Want.Return(a)
	if err != nil {
		return fmt.Errorf("in Want: %w", err)
	}
	if got := prog.Run(d); got != profile.ActionOf(ret) {
		return fmt.Errorf("verdict %v, want %v\n%v", got.Named(a), c.wanted(ret, a), prog.Trace(d))
	}
	return nil
}

// wanted is Want, and its number's name where Want is a number or another name.
func (c Case) wanted(ret uint32, a arch.Arch) string {
	if named := profile.ActionOf(ret).Named(a); named != c.Want {
		return fmt.Sprintf("%v, which is %v", c.Want, named)
	}
	return c.Want.String()
}

func (c Case) data(a arch.Arch) (compile.Data, error) {
	d, err := compile.ParseCall(a, c.Call)
	if err != nil {
		return d, err
	}
	if len(c.Args) > 0 {
		if d.Args != [6]uint64{} {
			return d, fmt.Errorf("arguments in Call and in Args")
		}
		if d, err = compile.ParseCall(a, fmt.Sprintf("%d(%s)", d.Nr, join(c.Args))); err != nil {
			return d, err
		}
	}
	d.InstructionPointer = c.InstructionPointer
	return d, nil
}

// join lists arguments as compile.ParseCall reads them.
func join(args []uint64) string {
	texts := make([]string, len(args))
	for i, v := range args {
		texts[i] = strconv.FormatUint(v, 10)
	}
	return strings.Join(texts, ", ")
}

// maxShown is how many differences Equivalent shows.
const maxShown = 5

// Equivalent evaluates the profile by its rules ([compile.Evaluate]) and runs
// the program on all of [Boundaries]. Differences are errors of t: the first
// few are shown, each with the rule that decided and the way through the
// program.
//
// It tells a program that was made of another profile, or for another target,
// from one that was not. It is a test, no proof.
func Equivalent(t testing.TB, p profile.Profile, target compile.Target, prog *compile.Program) {
	t.Helper()
	calls, different := 0, 0
	for d := range Boundaries(p, target) {
		calls++
		want, err := compile.Evaluate(p, target, d)
		if err != nil {
			t.Errorf("%v: %v", d, err)
			return
		}
		if got := prog.Run(d); got != want.Action {
			if different++; different <= maxShown {
				t.Errorf("the program says %v, the profile %v (%s)\n%v", got, want.Action, origin(want.Rule), prog.Trace(d))
			}
		}
	}
	if different > maxShown {
		t.Errorf("%d more of %d calls have different verdicts", different-maxShown, calls)
	}
}

// origin says what decided.
func origin(rule int) string {
	switch rule {
	case compile.RuleDefault:
		return "by default"
	case compile.RuleBadArch:
		return "foreign ABI"
	}
	return fmt.Sprintf("rule %d", rule)
}
