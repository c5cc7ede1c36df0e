package portcullis_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

// TestReadme holds README.md against what it describes. The code in it is tested
// in snippet_test.go.
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
	// CI runs the command that users are given.
	const command = "go test ./..."
	if !strings.Contains(text, "\n"+command) {
		t.Errorf("README.md doesn't give the command %q", command)
	}
	if !strings.Contains(readFile(t, ".ci/run"), "\nstep '"+command+"'\n"+command+"\n") {
		t.Errorf(".ci/run has no step %q", command)
	}
}

// TestLinks holds that the files exist that the documentation links to.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	files := append(documents(t), "CONTRIBUTING.md", "SECURITY.md")
	for _, name := range files {
		for _, m := range link.FindAllStringSubmatch(readFile(t, name), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// documents are the files whose code is tested.
func documents(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	return append([]string{"README.md"}, names...)
}

// A block is a fenced block of code in a document.
type block struct {
	file    string
	line    int    // of its first line
	section int    // how many headings are before it
	lang    string // what follows the fence: go, text, console, sh
	comment string // the HTML comment directly before the block
	text    string
}

// blocks returns the fenced blocks of a document.
func blocks(t *testing.T, file string) []block {
	t.Helper()
	var all []block
	var comment strings.Builder
	var open *block
	section, inComment := 0, false
	for i, line := range strings.Split(readFile(t, file), "\n") {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case open != nil && isFence:
			all = append(all, *open)
			open = nil
			comment.Reset()
		case open != nil:
			open.text += line + "\n"
		case isFence:
			open = &block{file: file, line: i + 2, section: section, lang: fence, comment: comment.String()}
		case inComment || strings.HasPrefix(line, "<!--"):
			inComment = !strings.HasSuffix(line, "-->")
			comment.WriteString(strings.TrimSuffix(strings.TrimPrefix(line, "<!--"), "-->") + "\n")
		default:
			comment.Reset()
			if strings.HasPrefix(line, "#") {
				section++
			}
		}
	}
	if open != nil {
		t.Errorf("%s:%d: the block has no end", file, open.line)
	}
	return all
}

// matches reports whether a program printed what a document says. In a document,
// "…" stands for the rest of a line, or on a line of its own for any lines: for
// what differs between machines, and for what is too long to print.
func matches(want, got string) bool {
	pattern := regexp.QuoteMeta(trimLines(want))
	pattern = strings.ReplaceAll(pattern, "\n…\n", "\n(.*\n)*")
	pattern = strings.ReplaceAll(pattern, "…", ".*")
	return regexp.MustCompile("^" + pattern + "$").MatchString(trimLines(got))
}

// trimLines removes the white space at the ends of lines.
func trimLines(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t\r")
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestMatches(t *testing.T) {
	for _, tt := range []struct {
		want, got string
		ok        bool
	}{
		{"a\n", "a  \n", true},
		{"a.c\n", "abc\n", false},
		{"a …\nb\n", "a x y\nb\n", true},
		{"a …\nb\n", "a x\ny\nb\n", false},
		{"a\n…\nb\n", "a\nx\ny\nb\n", true},
		{"a\n…\nb\n", "a\nb\n", true},
		{"a\n…\nb\n", "a\nx\n", false},
		{"a\n", "a\nb\n", false},
	} {
		if got := matches(tt.want, tt.got); got != tt.ok {
			t.Errorf("%q and %q: %v, want %v", tt.want, tt.got, got, tt.ok)
		}
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
