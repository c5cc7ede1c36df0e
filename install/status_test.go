package install

import (
	"strings"
	"testing"
)

func TestParseStatus(t *testing.T) {
	const head = "Name:\tSeccomp: 2\nPid:\t1\n"
	for _, test := range []struct {
		text string
		want State
		err  string
	}{
		{head + "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n", State{ModeFilter, 3, Yes}, ""},
		{head + "NoNewPrivs:\t0\nSeccomp:\t0\nSeccomp_filters:\t0\n", State{ModeDisabled, 0, No}, ""},
		{head + "NoNewPrivs:\t0\nSeccomp:\t1\n", State{ModeStrict, -1, No}, ""},
		{head + "Seccomp:\t0", State{ModeDisabled, -1, CantTell}, ""},
		{head, State{}, "no line for seccomp"},
		{"", State{}, "no line for seccomp"},
		{"Seccomp:\t256\n", State{}, `line "Seccomp:\t256"`},
		{"Seccomp:\t2\nSeccomp_filters:\n", State{}, `line "Seccomp_filters:"`},
	} {
		got, err := parseStatus(test.text)
		if got != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%q: got %+v, %v, want %+v, %q", test.text, got, err, test.want, test.err)
		}
	}
}
