//go:build !linux

package install

import (
	"errors"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/portcullis-go/portcullis/internal/cbpf"
)

// TestUnsupported asks for everything where there is nothing.
func TestUnsupported(t *testing.T) {
	exotic := []bpf.RawInstruction{cbpf.Ret(0x12340000)}
	_, sizes := NotifSizes()
	_, avail := ActionsAvailable()
	_, logged := ActionsLogged()
	_, status := Status(0)
	for name, err := range map[string]error{
		"Load":             Load(allowAll(), Options{}),
		"Load, thread":     Load(allowAll(), Options{Thread: true, KeepPrivs: true}),
		"Load, flags":      Load(allowAll(), Options{Flags: FlagLog}),
		"Load, action":     Load(exotic, Options{}),
		"load":             load(allowAll(), 0, Options{}),
		"load, privs":      load(allowAll(), 0, Options{KeepPrivs: true}),
		"Supported":        Supported(),
		"NotifSizes":       sizes,
		"ActionsAvailable": avail,
		"ActionsLogged":    logged,
		"Status":           status,
	} {
		var e *Error
		if !errors.Is(err, errors.ErrUnsupported) || !errors.As(err, &e) {
			t.Errorf("%s: got %v, want an *Error that is errors.ErrUnsupported", name, err)
		}
	}
	for _, s := range []Support{HaveFlag(0), HaveFlag(FlagLog), HaveAction(ActionAllow)} {
		if s.Answer != No || !errors.Is(s.Reason, errors.ErrUnsupported) {
			t.Errorf("got %v, want no by errors.ErrUnsupported", s)
		}
	}
}
