package main

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// errnoSets are the columns of errno.csv: the sets of error numbers that the
// ABIs of package arch use, and the header with which each begins. A header
// includes others; they are followed.
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

func (s *errnoSet) read(tree, header string) error {
	f, err := os.Open(filepath.Join(tree, header))
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if m := errnoInclude.FindStringSubmatch(line); m != nil {
			if err := s.read(tree, "include/uapi/asm-generic/"+m[1]); err != nil {
				return err
			}
		}
		if m := errnoDefine.FindStringSubmatch(line); m != nil {
			s.value[m[1]] = m[2] // a later definition follows an #undef
			if m[3] != "" {
				s.comment[m[1]] = m[3]
			}
		}
	}
	return lines.Err()
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

// sameAs returns the name that every set defines name to be, or "": such a name
// is the other everywhere and needs no number of its own.
func sameAs(sets []errnoSet, name string) string {
	other := sets[0].value[name]
	for i := range sets {
		if sets[i].value[name] != other || !strings.HasPrefix(other, "E") {
			return ""
		}
	}
	return other
}

// writeErrno writes errno.csv: one line a name, one column a set.
func writeErrno(w io.Writer, tree string) error {
	sets := make([]errnoSet, len(errnoSets))
	var names []string
	header := []string{"name"}
	for i, from := range errnoSets {
		sets[i] = errnoSet{map[string]string{}, map[string]string{}}
		if err := sets[i].read(tree, from.header); err != nil {
			return err
		}
		for name := range sets[i].value {
			names = append(names, name)
		}
		header = append(header, from.name)
	}
	slices.Sort(names)
	out := csv.NewWriter(w)
	out.Write(append(header, "same_as", "meaning"))
	for _, name := range slices.Compact(names) {
		row, meaning := []string{name}, ""
		for i := range sets {
			n, err := sets[i].number(name)
			if err != nil {
				return err
			}
			row = append(row, n)
			if meaning == "" {
				meaning = sets[i].comment[name]
			}
		}
		out.Write(append(row, sameAs(sets, name), meaning))
	}
	out.Flush()
	return out.Error()
}
