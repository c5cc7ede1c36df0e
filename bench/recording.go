package bench

import (
	"bufio"
	"bytes"
	"cmp"
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/syscalls"
)

// recorded holds the calls of several programs; testdata/README.md describes the files.
//
//go:embed testdata/*.calls testdata/*.strace
var recorded embed.FS

// Recording is the calls that a program made.
type Recording struct {
	Name    string
	Calls   []RecordedCall
	Weights compile.Weights // from strace's table, for a compiler
	total   uint64
}

// RecordedCall is a call with those of its arguments that some policy compares.
type RecordedCall struct {
	Name  string
	Data  compile.Data
	Count uint64
}

// Recordings returns the recordings of testdata.
func Recordings() ([]*Recording, error) {
	var rs []*Recording
	for _, name := range []string{"ls", "git", "build", "python", "http"} {
		r := &Recording{Name: name}
		text, err := recorded.ReadFile("testdata/" + name + ".calls")
		if err != nil {
			return nil, err
		}
		if err := r.parse(text); err != nil {
			return nil, fmt.Errorf("%s.calls: %w", name, err)
		}
		table, err := recorded.ReadFile("testdata/" + name + ".strace")
		if err != nil {
			return nil, err
		}
		if r.Weights, err = compile.ParseStrace(bytes.NewReader(table), arch.X86_64); err != nil {
			return nil, fmt.Errorf("%s.strace: %w", name, err)
		}
		rs = append(rs, r)
	}
	return rs, nil
}

// parse reads the lines of a .calls file.
func (r *Recording) parse(text []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		c, err := parseCall(strings.Fields(lines.Text()))
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		r.Calls = append(r.Calls, c)
		r.total += c.Count
	}
	return lines.Err()
}

// parseCall reads a count, a name and up to six arguments.
func parseCall(fields []string) (c RecordedCall, err error) {
	if len(fields) < 2 || len(fields) > 8 {
		return c, fmt.Errorf("%d fields", len(fields))
	}
	c.Name = fields[1]
	if c.Count, err = strconv.ParseUint(fields[0], 10, 64); err != nil {
		return c, err
	}
	nr, ok := syscalls.Lookup(arch.X86_64, c.Name)
	if !ok {
		return c, fmt.Errorf("no call %s", c.Name)
	}
	c.Data = compile.Data{Nr: int32(nr), Audit: arch.X86_64.Audit()}
	for i, f := range fields[2:] {
		if c.Data.Args[i], err = strconv.ParseUint(f, 0, 64); err != nil {
			return c, err
		}
	}
	return c, nil
}

// HintsOf returns what the recordings tell a compiler. Each recording has the same
// weight, however long the program ran.
func HintsOf(rs []*Recording) Hints {
	const million = 1_000_000
	var h Hints
	shares := make(map[string]uint64) // in millionths of each recording's calls
	for _, r := range rs {
		for _, w := range r.Weights {
			w.Calls = max(1, w.Calls*million/r.total)
			h.Weights = append(h.Weights, w)
			shares[w.Syscall] += w.Calls
		}
	}
	for name, n := range shares {
		if n*10 >= uint64(len(rs))*million {
			h.Hot = append(h.Hot, name)
		}
	}
	slices.SortFunc(h.Hot, func(a, b string) int {
		return cmp.Or(cmp.Compare(shares[b], shares[a]), strings.Compare(a, b))
	})
	return h
}
