package portcullis_test

import (
	"errors"
	"testing"

	"github.com/portcullis-go/portcullis"
	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/profile"
)

// TestConfineUnsupported looks at systems without seccomp: the error says so, and
// nothing is taken for done. Elsewhere the tests are in confine_linux_test.go.
func TestConfineUnsupported(t *testing.T) {
	if install.Supported() == nil {
		t.Skip("this system has seccomp")
	}
	if err := portcullis.Confine(profile.New(profile.Allow())); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("got %v, want errors.ErrUnsupported", err)
	}
}
