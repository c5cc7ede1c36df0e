package portcullis_test

import (
	"os"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

// TestReadme holds README.md against what it describes.
func TestReadme(t *testing.T) {
	text := readFile(t, "README.md")
	for _, a := range arch.All() {
		if !strings.Contains(text, a.OCI()) {
			t.Errorf("README.md doesn't name %s", a.OCI())
		}
	}
	if want := "Linux " + syscalls.LinuxVersion; !strings.Contains(text, want) {
		t.Errorf("README.md doesn't say %q", want)
	}
	// The first step of .ci/run is the command that users are given.
	const command = "go test ./..."
	if !strings.Contains(text, "\n"+command+"\n") {
		t.Errorf("README.md doesn't give the command %q", command)
	}
	if _, steps, _ := strings.Cut(readFile(t, ".ci/run"), "\nstep '"); !strings.HasPrefix(steps, command+"'\n"+command+"\n") {
		t.Errorf("the first step of .ci/run isn't %q", command)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(b), "\r\n", "\n")
}
