package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// errnoSets are the columns of errno.csv: the sets of error numbers that the ABIs of
// package arch use, and the header of each, which may include others.
var errnoSets = []struct{ name, header string }{
	{"generic", "include/uapi/asm-generic/errno.h"},
	{"mips", "arch/mips/include/uapi/asm/errno.h"},
	{"parisc", "arch/parisc/include/uapi/asm/errno.h"},
	{"powerpc", "arch/powerpc/include/uapi/asm/errno.h"},
}

var (
	errnoDefine  = regexp.MustCompile(`^#\s*define\s+(E[A-Z0-9]+)\s+([A-Z0-9]+)\s*(?:/\*\s*(.*?)\s*\*/)?$`)
	errnoInclude = regexp.MustCompile(`^#\s*include\s+<asm-generic/(.*)>`)
)

// errnoSet is one ABI's error numbers as its header has them: a value is a
// number or another name.
type errnoSet struct {
	value, comment map[string]string
}

// read adds the definitions of a header and of those that it includes.
func (s *errnoSet) read(tree, header string) error {
	text, err := os.ReadFile(filepath.Join(tree, header))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if m := errnoInclude.FindStringSubmatch(line); m != nil {
			if err := s.read(tree, "include/uapi/asm-generic/"+m[1]); err != nil {
				return err
			}
		}
		if m := errnoDefine.FindStringSubmatch(line); m != nil {
			s.define(m[1], m[2], m[3])
		}
	}
	return nil
}

func (s *errnoSet) define(name, value, comment string) {
	s.value[name] = value // a second definition follows an #undef
	if comment != "" {
		s.comment[name] = comment
	}
}

// number follows a name to its number; "" means that the set lacks the name.
func (s *errnoSet) number(name string) (string, error) {
	for range 4 {
		v, ok := s.value[name]
		if !ok {
			return "", nil
		}
		if _, err := strconv.ParseUint(v, 10, 12); err == nil {
			return v, nil
		}
		name = v
	}
	return "", fmt.Errorf("errno %s: no number behind it", name)
}

// sameAs returns the name that every set defines name to be, or "". Such a name
// means the other everywhere and needs no number of its own.
func sameAs(sets []errnoSet, name string) string {
	other := sets[0].value[name]
	for i := range sets {
		if sets[i].value[name] != other || !strings.HasPrefix(other, "E") {
			return ""
		}
	}
	return other
}

// writeErrno writes errno.csv: a line for each name, with a column for each set.
func writeErrno(w io.Writer, tree string) error {
	sets := make([]errnoSet, len(errnoSets))
	var names []string
	header := []string{"name"}
	for i, from := range errnoSets {
		sets[i] = errnoSet{map[string]string{}, map[string]string{}}
		if err := sets[i].read(tree, from.header); err != nil {
			return err
		}
		names = slices.AppendSeq(names, maps.Keys(sets[i].value))
		header = append(header, from.name)
	}
	slices.Sort(names)
	out := csv.NewWriter(w)
	out.Write(append(header, "same_as", "meaning"))
	for _, name := range slices.Compact(names) {
		row, err := errnoRow(sets, name)
		if err != nil {
			return err
		}
		out.Write(row)
	}
	out.Flush()
	return out.Error()
}

func errnoRow(sets []errnoSet, name string) ([]string, error) {
	row, meaning := []string{name}, ""
	for i := range sets {
		n, err := sets[i].number(name)
		if err != nil {
			return nil, err
		}
		row = append(row, n)
		meaning = cmp.Or(meaning, sets[i].comment[name])
	}
	return append(row, sameAs(sets, name), meaning), nil
}
