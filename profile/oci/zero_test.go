package oci_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
)

// TestZeroValues calls every method of zero, nil and odd values with zero
// arguments: none may panic.
func TestZeroValues(t *testing.T) {
	odd := &oci.Document{
		Dialect: 99, DefaultAction: oci.Action{Kind: 99, Set: true}, DefaultErrno: oci.Errno{Errno: 1 << 30, Set: true},
		Architectures: []arch.Arch{99, 0}, ArchMap: []oci.ArchMapping{{Arch: 99, SubArch: []arch.Arch{0}}}, Flags: []profile.Flag{""},
		Syscalls: []oci.Entry{{}, {Names: []string{""}, Action: oci.Action{Set: true},
			Args:     []oci.Arg{{Index: -1, Op: 99}, {Index: math.MaxInt}},
			Includes: oci.Filter{Caps: []string{""}, Arches: []arch.Arch{99}}, Excludes: oci.Filter{MinKernelSet: true}}},
	}
	for _, v := range []any{
		(*oci.Document)(nil), &oci.Document{}, odd, oci.Finding{}, oci.Findings(nil), oci.Findings{}, oci.Findings{{}},
		oci.Target{}, oci.Action{}, oci.Action{Kind: 99, Set: true}, oci.Errno{}, oci.Arg{}, oci.Entry{}, oci.Filter{},
		oci.ArchMapping{}, oci.Dialect(99), oci.Runtime(99), oci.ParseOptions{}, oci.ResolveOptions{},
	} {
		rv := reflect.ValueOf(v)
		for i := range rv.NumMethod() {
			m := rv.Method(i)
			t.Run(fmt.Sprintf("%T.%s", v, rv.Type().Method(i).Name), func(t *testing.T) {
				var args []reflect.Value
				for j := range m.Type().NumIn() {
					args = append(args, reflect.Zero(m.Type().In(j)))
				}
				m.Call(args)
			})
		}
		_ = fmt.Sprint(v)
	}
}

// TestZeroDocuments holds what zero values mean.
func TestZeroDocuments(t *testing.T) {
	for want, d := range map[string]*oci.Document{"null": nil, "{}": {}} {
		if text, err := d.MarshalJSON(); err != nil || string(text) != want {
			t.Errorf("%v is written as %s, %v", d, text, err)
		}
		if p, fs, err := d.Resolve(oci.ResolveOptions{}); !errors.Is(err, oci.ErrNoSeccomp) || fs != nil || p.Rules != nil {
			t.Errorf("%v is resolved as %v, %v, %v", d, p, fs, err)
		}
	}
	if text, err := oci.Marshal(profile.Profile{}); err == nil {
		t.Errorf("the zero profile kills a process for foreign ABIs, which a document can't: %s", text)
	}
	for dialect := range oci.Dialect(99) {
		if _, err := oci.Parse(nil, oci.ParseOptions{Dialect: dialect}); len(idsOf(err)) == 0 {
			t.Errorf("no text, dialect %d: %v", dialect, err)
		}
	}
}
