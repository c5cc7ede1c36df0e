package install

import (
	"errors"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/internal/kerneltest"
)

func TestParseFlags(t *testing.T) {
	type name string // as a profile has them
	for f := range Flags(1 << 6) {
		var bare, prefixed []name
		for s := range strings.SplitSeq(f.String(), "|") {
			if f != 0 {
				bare, prefixed = append(bare, name(s)), append(prefixed, name("SECCOMP_FILTER_FLAG_"+s))
			}
		}
		for _, names := range [][]name{bare, prefixed, append(bare, prefixed...)} {
			if got, err := ParseFlags(names); got != f || err != nil {
				t.Errorf("%v: got %v, %v", names, got, err)
			}
		}
	}
}

func TestParseFlagsError(t *testing.T) {
	for name, nearest := range map[string]string{
		"": "", "tsync": "TSYNC", "TSINC": "TSYNC", "SPEC": "", "SPEC_ALOW": "SPEC_ALLOW", "0x40": "",
		"SECCOMP_FILTER_FLAG_": "", "SECCOMP_FILTER_FLAG_LOGG": "SECCOMP_FILTER_FLAG_LOG", strings.Repeat("LOG", 1<<20): "",
	} {
		f, err := ParseFlags([]string{"TSYNC", name})
		var e *ParseError
		if !errors.As(err, &e) || f != 0 || e.Name != name || e.Nearest != nearest || len(err.Error()) > 200 {
			t.Errorf("%.30q: got %v, %.200v, want nearest %q", name, f, err, nearest)
		}
	}
	if _, err := ParseFlags([]string{"A", "LOG", "B"}); err == nil || strings.Count(err.Error(), "unknown flag") != 2 {
		t.Errorf("two unknown names: %v", err)
	}
}

func TestLoadFlags(t *testing.T) {
	kerneltest.NeedFilters(t) // a defect would install one
	for _, test := range []struct {
		o         Options
		bad, text string
	}{
		{Options{Flags: FlagTSync, Thread: true}, "TSYNC", "Options.Thread"},
		{Options{Flags: FlagNewListener}, "NEW_LISTENER", "descriptor"},
		{Options{Flags: FlagTSyncESRCH | FlagLog}, "TSYNC_ESRCH", "descriptor"},
		{Options{Flags: FlagWaitKillableRecv | FlagTSync | 1<<6}, "WAIT_KILLABLE_RECV", "descriptor"},
		{Options{Flags: 1<<6 | FlagLog}, "0x40", "no such flag"},
		{Options{Flags: 1 << 31, Thread: true}, "0x80000000", "no such flag"},
	} {
		err := Load(allowAll(), test.o)
		var e *Error
		if !errors.As(err, &e) || e.Op != "flags" || e.Err.Error() != test.bad || !strings.Contains(e.Reason, test.text) {
			t.Errorf("%+v: got %v, want an *Error about the flags %s with %q", test.o, err, test.bad, test.text)
		}
	}
}
