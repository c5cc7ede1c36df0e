package profile_test

import (
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/profile"
)

func TestCondString(t *testing.T) {
	a := profile.Arg(0)
	tests := []struct {
		c    profile.Cond
		want string
	}{
		{a.Equal(5), "arg0 == 5"},
		{a.NotEqual(65535), "arg0 != 65535"},
		{a.Less(65536), "arg0 < 0x10000"},
		{a.LessEqual(1), "arg0 <= 1"},
		{a.Greater(1), "arg0 > 1"},
		{a.GreaterEqual(1), "arg0 >= 1"},
		{a.Equal(profile.Signed(-1)), "arg0 == 0xffffffffffffffff"},
		{profile.Arg(1).MaskedEqual(0xff, 3), "arg1 & 0xff == 0x3"},
		{a.Low32().Less(10), "low32(arg0) < 10"},
		{a.Register().Less(10), "reg(arg0) < 10"},
		{profile.Test{Width: profile.WidthLong}, "long(arg0) == 0"},
		{profile.InstructionPointer().Less(4096), "ip < 4096"},
		{profile.InstructionPointer().Low32().Less(4096), "low32(ip) < 4096"},
		{a.AnyBits(6), "!(arg0 & 0x6 == 0x0)"},
		{a.NoBits(6), "arg0 & 0x6 == 0x0"},
		{a.AllBits(6), "arg0 & 0x6 == 0x6"},
		{a.Between(2, 4), "arg0 >= 2 && arg0 <= 4"},
		{a.In(), "false"},
		{a.In(7), "arg0 == 7"},
		{a.In(1, 2), "arg0 in {1, 2}"},
		{a.NotIn(1, 2), "!(arg0 in {1, 2})"},
		{profile.And{}, "true"},
		{profile.And{a.In(1, 2), profile.Or{a.Equal(1), profile.Arg(1).Equal(1)}}, "arg0 in {1, 2} && (arg0 == 1 || arg1 == 1)"},
		{profile.Or{a.Equal(1), a.Low32().Equal(2)}, "arg0 == 1 || low32(arg0) == 2"},
		{profile.Or{a.Between(1, 2), a.Less(9)}, "arg0 >= 1 && arg0 <= 2 || arg0 < 9"},
		{profile.And{profile.Or{profile.And{a.Less(1), a.Less(2)}}, a.Less(3)}, "arg0 < 1 && arg0 < 2 && arg0 < 3"},
		{profile.Not{}, "!(<nil>)"},
		{profile.Or{nil, nil}, "<nil> || <nil>"},
		{profile.Test{Field: 9, Width: 9, Op: 9, Value: 9}, "Width(9)(Field(9)) Op(9) 9"},
	}
	for _, tt := range tests {
		if got := tt.c.String(); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestCondStringIsBounded(t *testing.T) {
	cyclic := profile.Or{nil, nil}
	cyclic[0], cyclic[1] = profile.And(cyclic), cyclic
	many := make([]uint64, 1<<20)
	wide := make(profile.And, 1<<20)
	for name, c := range map[string]profile.Cond{"cycle": cyclic, "set": profile.Arg(0).In(many...), "and": wide, "not": profile.Not{Cond: wide}} {
		if s := c.String(); len(s) > 64<<10 || !strings.Contains(s, "…") {
			t.Errorf("%s: %d bytes", name, len(s))
		}
	}
}

func TestOpString(t *testing.T) {
	for o, want := range []string{"==", "!=", "<", "<=", ">", ">=", "&", "Op(7)"} {
		if got := profile.Op(o).String(); got != want {
			t.Errorf("operator %d is %q, want %q", o, got, want)
		}
	}
}
