package profile_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
)

func show(p profile.Profile) []string {
	var out []string
	for _, r := range p.Rules {
		s := r.Action.String() + " " + strings.Join(r.Syscalls, ",")
		if r.If != nil {
			s += " if " + r.If.String()
		}
		out = append(out, s)
	}
	return out
}

func TestBuilder(t *testing.T) {
	p := profile.New(profile.Errno(errno.EPERM)).
		Allow("read", "write").
		Allow("socket").If(profile.Arg(0).In(1, 2)).If(profile.Arg(1).Low32().NotEqual(3)).
		Deny(errno.ENOSYS, "clone3").
		Do(profile.Log(), "close")
	want := []string{"Allow read,write", "Allow socket if arg0 in {1, 2} && low32(arg1) != 3", "Errno(ENOSYS) clone3", "Log close"}
	if diff := cmp.Diff(want, show(p)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if err := p.Validate(); err != nil {
		t.Error(err)
	}
	if p.BadArch != profile.KillProcess() || p.Arches != nil {
		t.Errorf("foreign ABIs meet %v, ABIs %v", p.BadArch, p.Arches)
	}
}

// TestHelpersShareNothing derives profiles from one base and changes each.
func TestHelpersShareNothing(t *testing.T) {
	names := []string{"read"}
	arches := []arch.Arch{arch.ARM}
	base := profile.New(profile.Log()).On(arches...).Allow(names...).Allow("close")
	base.Rules = base.Rules[:1:2] // room that a careless append would use
	before := show(base)

	names[0], arches[0] = "changed", arch.X86
	a := base.Allow("a")
	b := base.Allow("b").If(profile.Arg(0).Equal(1))
	c := base.If(profile.Arg(0).Equal(2))
	d := b.If(profile.Arg(1).Equal(3))
	a.Rules[0].Syscalls = []string{"changed"}
	b.On(arch.X86).Arches[0] = arch.SH

	for _, tt := range []struct {
		name      string
		got, want []string
	}{
		{"base", show(base), before},
		{"a", show(a), []string{"Allow changed", "Allow a"}},
		{"b", show(b), []string{"Allow read", "Allow b if arg0 == 1"}},
		{"c", show(c), []string{"Allow read if arg0 == 2"}},
		{"d", show(d), []string{"Allow read", "Allow b if arg0 == 1 && arg1 == 3"}},
	} {
		if diff := cmp.Diff(tt.want, tt.got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
	if base.Arches[0] != arch.ARM || b.Arches[0] != arch.ARM {
		t.Errorf("the ABIs changed: %v, %v", base.Arches, b.Arches)
	}
}

func TestIfWithoutRules(t *testing.T) {
	err := profile.New(profile.Allow()).If(profile.Arg(0).Equal(1)).Validate()
	var r *profile.RuleError
	if !errors.As(err, &r) || r.Rule != 0 {
		t.Errorf("error %v", err)
	}
}

func TestValidate(t *testing.T) {
	with := func(r profile.Rule) profile.Profile { return profile.New(profile.Log()).Allow("read").Rule(r) }
	cond := func(c profile.Cond) profile.Profile {
		return with(profile.Rule{Syscalls: []string{"read"}, If: c})
	}
	var deep profile.Cond = profile.Test{}
	for range 100 {
		deep = profile.Not{Cond: deep}
	}
	cyclic := profile.And{nil, nil}
	cyclic[0], cyclic[1] = cyclic, cyclic
	tests := []struct {
		name, want string
		p          profile.Profile
	}{
		{"zero", "", profile.Profile{}},
		{"notify everywhere", "", profile.Profile{Default: profile.Notify(), BadArch: profile.Notify()}},
		{"numbers", "", with(profile.Rule{Numbers: []profile.NumberRange{{First: 3, Last: 3}}})},
		{"all widths", "", cond(profile.Or{profile.Test{Field: profile.IP, Width: profile.WidthLong, Op: profile.OpMaskedEqual}, profile.And{}})},
		{"no names", "rule 1: it names no system call", with(profile.Rule{})},
		{"comment", "rule 1 (why): it names no system call", with(profile.Rule{Comment: "why"})},
		{"empty name", "a name is empty", with(profile.Rule{Syscalls: []string{"read", ""}})},
		{"NUL", `the name "a\x00b" has a NUL`, with(profile.Rule{Syscalls: []string{"a\x00b"}})},
		{"numbers in reverse", "numbers 4 to 3", with(profile.Rule{Numbers: []profile.NumberRange{{First: 4, Last: 3}}})},
		{"ABI of a rule", "99 is no ABI", with(profile.Rule{Syscalls: []string{"a"}, Arches: []arch.Arch{99}})},
		{"ABI twice in a rule", "rule 1: arm is listed twice", with(profile.Rule{Syscalls: []string{"a"}, Arches: []arch.Arch{arch.ARM, arch.ARM}})},
		{"ABI", "profile: ABIs: 0 is no ABI", profile.New(profile.Log()).On(0)},
		{"ABI twice", "profile: ABIs: arm is listed twice", profile.New(profile.Log()).On(arch.ARM, arch.X86, arch.ARM)},
		{"flag", `unknown flag "NEW"`, profile.Profile{Flags: []profile.Flag{profile.FlagTSync, "NEW"}}},
		{"errno of a rule", "rule 1: ", with(profile.Rule{Syscalls: []string{"a"}, Action: profile.Errno(1 << 20)})},
		{"large errno", "error numbers end at 4095", profile.New(profile.Errno(4096))},
		{"bad ABI", "bad-ABI action", profile.Profile{BadArch: profile.Errno(5000)}},
		{"argument", "other than 0 to 5", cond(profile.Arg(6).Equal(1))},
		{"negative argument", "other than 0 to 5", cond(profile.Arg(-1).Equal(1))},
		{"field", "unknown field 7", cond(profile.Test{Field: 7})},
		{"width", "a test of arg2 has the unknown width 4", cond(profile.Test{Field: 2, Width: 4})},
		{"operator", "a test of ip has the unknown operator 7", cond(profile.Test{Field: profile.IP, Op: 7})},
		{"nil in And", "nil", cond(profile.And{profile.Test{}, nil})},
		{"nil in Or", "nil", cond(profile.Or{nil})},
		{"nil in Not", "nil", cond(profile.Not{})},
		{"depth", "nested more than 64", cond(deep)},
		{"cycle", "nested more than 64", cond(cyclic)},
		{"parts", "more than 65536 parts", cond(profile.Arg(0).In(make([]uint64, 1<<16)...))},
		{"foreign type", "foreign type", cond(foreign{profile.Test{}})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.p.Validate()
			if (err != nil) != (tt.want != "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

// foreign is a Cond by embedding one.
type foreign struct{ profile.Cond }

func TestValidateReportsAll(t *testing.T) {
	p := profile.New(profile.Errno(5000)).Allow().Allow("").Allow("read")
	err := p.Validate()
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) != 3 {
		t.Errorf("error %v", err)
	}
	inner := errors.New("x")
	if e := (&profile.RuleError{Err: inner}); !errors.Is(e, inner) {
		t.Error("a RuleError hides its reason")
	}
}
