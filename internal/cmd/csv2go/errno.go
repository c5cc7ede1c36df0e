package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// errnoTable is errno.csv.
type errnoTable struct {
	sets    []string // the columns: sets of numbers that ABIs share
	errnos  []errnoRow
	aliases []errnoAlias // in order
}

type errnoRow struct {
	name, meaning string
	numbers       []uint64 // by set; 0 where the set lacks the name
}

// errnoAlias is a name that means another one everywhere.
type errnoAlias struct{ name, of, meaning string }

// generateErrno returns the text of arch/errno/zerrno.go.
func generateErrno(input []byte) ([]byte, error) {
	t, err := readErrno(input)
	if err != nil {
		return nil, err
	}
	f := newFile("errno", "arch/errno/errno.csv")
	t.writeConstants(f)
	t.writeNumbers(f)
	t.writeAliases(f)
	return f.format()
}

func readErrno(input []byte) (*errnoTable, error) {
	rows, err := csv.NewReader(bytes.NewReader(input)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) < 2 || !slices.Equal(rows[0], []string{"name", "generic", "mips", "parisc", "powerpc", "same_as", "meaning"}) {
		return nil, errors.New("errno.csv: unexpected header")
	}
	t := &errnoTable{
		sets: rows[0][1:5],
		// What C libraries have in addition to the kernel.
		aliases: []errnoAlias{{"ENOTSUP", "EOPNOTSUPP", "operation not supported"}},
	}
	for _, row := range rows[1:] {
		if row[5] != "" {
			t.aliases = append(t.aliases, errnoAlias{row[0], row[5], meaning(row[6])})
			continue
		}
		numbers, err := readErrnoNumbers(row[1:5])
		if err != nil {
			return nil, err
		}
		t.errnos = append(t.errnos, errnoRow{row[0], meaning(row[6]), numbers})
	}
	slices.SortFunc(t.aliases, func(a, b errnoAlias) int { return strings.Compare(a.name, b.name) })
	return t, nil
}

func readErrnoNumbers(cells []string) ([]uint64, error) {
	numbers := make([]uint64, len(cells))
	for i, cell := range cells {
		if cell == "" {
			continue
		}
		var err error
		if numbers[i], err = strconv.ParseUint(cell, 10, 12); err != nil {
			return nil, err
		}
	}
	return numbers, nil
}

// meaning turns a comment of the kernel into the form of Go's comments.
func meaning(s string) string {
	if r := []rune(s); len(r) > 1 && !unicode.IsUpper(r[1]) && r[1] != '/' {
		s = string(unicode.ToLower(r[0])) + string(r[1:])
	}
	return s
}

func (t *errnoTable) writeConstants(f *file) {
	f.printf("// The error numbers of the kernel's include/uapi/asm-generic/errno.h and of the\n")
	f.printf("// headers of MIPS, PA-RISC and PowerPC that replace it.\nconst (\n")
	var names []string
	for i, e := range t.errnos {
		f.printf("%s Errno = named + %d // %s%s\n", e.name, i, e.meaning, t.only(e))
		names = append(names, e.name)
	}
	f.printf(")\n\n// Names that mean another one on every ABI.\nconst (\n")
	for _, a := range t.aliases {
		f.printf("%s = %s // %s\n", a.name, a.of, a.meaning)
	}
	f.printf(")\n\n")
	f.blob("names", names)
}

// only returns a remark about a name that some sets lack.
func (t *errnoTable) only(e errnoRow) string {
	var have []string
	for i, n := range e.numbers {
		if n != 0 {
			have = append(have, t.sets[i])
		}
	}
	if len(have) == len(t.sets) {
		return ""
	}
	s := strings.Join(have, " and ")
	return "; " + strings.NewReplacer("mips", "MIPS", "parisc", "PA-RISC").Replace(s) + " only"
}

func (t *errnoTable) writeNumbers(f *file) {
	f.printf("// The rows of numbers: sets of error numbers that ABIs share.\nconst (\n")
	for i, set := range t.sets {
		f.printf("%s = %d\n", setName(set), i)
	}
	f.printf(")\n\n// numbers holds the number of each name by set; 0 is none.\n")
	f.printf("var numbers = [%d][%d]uint16{\n", len(t.sets), len(t.errnos))
	for i, set := range t.sets {
		var numbers []uint64
		for _, e := range t.errnos {
			numbers = append(numbers, e.numbers[i])
		}
		f.printf("%s: {", setName(set))
		f.numbers(numbers)
		f.printf("},\n")
	}
	f.printf("}\n\n")
}

// setName returns the constant of a set, such as setMips.
func setName(set string) string { return "set" + strings.ToUpper(set[:1]) + set[1:] }

func (t *errnoTable) writeAliases(f *file) {
	f.printf("// alias returns the name that s stands for, or s itself.\n")
	f.printf("func alias(s string) string {\nswitch s {\n")
	for _, a := range t.aliases {
		f.printf("case %q: return %q\n", a.name, a.of)
	}
	f.printf("}\nreturn s\n}\n")
}
