package arch

import (
	"runtime"
	"testing"
)

func TestNative(t *testing.T) {
	if a := Native(); a != 0 && a.GOARCH() != runtime.GOARCH {
		t.Errorf("Native() = %v on %s", a, runtime.GOARCH)
	}
	for goarch, want := range map[string]Arch{"amd64": X86_64, "arm64": AArch64, "mipsle": MIPSEL, "wasm": 0, "": 0} {
		if got := byGOARCH(goarch); got != want {
			t.Errorf("byGOARCH(%q) = %v, want %v", goarch, got, want)
		}
	}
}
