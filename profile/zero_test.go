package profile_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
)

// TestZeroValues calls every method of zero and odd values with zero arguments:
// none may panic.
func TestZeroValues(t *testing.T) {
	odd := profile.Test{Field: 99, Width: 99, Op: 99, Value: 1<<64 - 1}
	for _, v := range []any{
		&profile.Action{}, profile.KillProcess(), profile.Errno(1 << 30), profile.Kind(99), profile.Operand{}, profile.Arg(99),
		profile.And(nil), profile.Or(nil), profile.Not{}, profile.Test{}, odd, profile.Not{Cond: profile.Not{}}, profile.And{nil, odd},
		profile.Flag(""), profile.Width(99), profile.Op(99), profile.Field(99), profile.NumberRange{},
		&profile.Profile{}, profile.Profile{Rules: []profile.Rule{{If: profile.Not{}}}}, profile.Rule{}, &profile.RuleError{},
	} {
		rv := reflect.ValueOf(v)
		for i := range rv.NumMethod() {
			m := rv.Method(i)
			t.Run(fmt.Sprintf("%T.%s", v, rv.Type().Method(i).Name), func(t *testing.T) {
				var args []reflect.Value
				for j := range m.Type().NumIn() {
					args = append(args, reflect.Zero(m.Type().In(j)))
				}
				if m.Type().IsVariadic() {
					m.CallSlice(args)
				} else {
					m.Call(args)
				}
			})
		}
		_ = fmt.Sprint(v)
	}
}

// TestZeroIsStrictest holds what zero values mean.
func TestZeroIsStrictest(t *testing.T) {
	var p profile.Profile
	if p.Default != profile.KillProcess() || p.BadArch != profile.KillProcess() || p.Rules != nil {
		t.Errorf("the zero profile is %+v", p)
	}
	if err := p.Validate(); err != nil {
		t.Errorf("the zero profile: %v", err)
	}
	if r := (profile.Rule{}); r.Action != profile.KillProcess() {
		t.Errorf("the zero rule does %v", r.Action)
	}
	for want, v := range map[string]fmt.Stringer{
		"KillProcess": profile.Action{}, "Errno(0)": profile.Errno(errno.Errno(0)), "true": profile.And(nil), "false": profile.Or(nil),
		"!(<nil>)": profile.Not{}, "arg0 == 0": profile.Test{},
	} {
		if got := v.String(); got != want {
			t.Errorf("%T is %q, want %q", v, got, want)
		}
	}
	if got, want := (&profile.RuleError{}).Error(), "profile: rule 0"; got != want {
		t.Errorf("the zero RuleError says %q", got)
	}
}
