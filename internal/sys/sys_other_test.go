//go:build !linux

package sys

import (
	"errors"
	"testing"
)

func TestUnsupported(t *testing.T) {
	_, filter := SetFilter(0, []Insn{{}})
	_, flags := FlagsKnown(0)
	_, action := ActionAvail(0)
	_, _, _, sizes := NotifSizes()
	_, nnp := NoNewPrivs()
	_, mode := Mode()
	for i, err := range []error{Unsupported(), filter, flags, action, sizes, SetNoNewPrivs(), nnp, mode} {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%d: got %v, want errors.ErrUnsupported", i, err)
		}
	}
	if Gettid() != 0 || Nr != 0 {
		t.Errorf("thread %d, number %d", Gettid(), Nr)
	}
}
