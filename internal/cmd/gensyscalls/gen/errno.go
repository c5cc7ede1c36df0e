package gen

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// libcAliases are names that the C libraries have and the kernel has not.
var libcAliases = []alias{{"ENOTSUP", "EOPNOTSUPP", "operation not supported"}}

type alias struct{ name, of, meaning string }

// Errno returns the text of arch/errno/zerrno.go for the text of arch/errno/errno.csv.
func Errno(input []byte) ([]byte, error) {
	rows, err := csv.NewReader(bytes.NewReader(input)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) < 2 || !slices.Equal(rows[0], []string{"name", "generic", "mips", "parisc", "powerpc", "same_as", "meaning"}) {
		return nil, fmt.Errorf("errno.csv: unexpected header")
	}
	sets := rows[0][1:5]
	aliases := slices.Clone(libcAliases)
	rows = slices.DeleteFunc(rows[1:], func(row []string) bool {
		if row[5] != "" {
			aliases = append(aliases, alias{row[0], row[5], meaning(row[6])})
		}
		return row[5] != ""
	})
	slices.SortFunc(aliases, func(a, b alias) int { return strings.Compare(a.name, b.name) })

	b := newFile("errno", "arch/errno/errno.csv")
	b.printf("// The error numbers of the kernel's include/uapi/asm-generic/errno.h and of the\n")
	b.printf("// headers of MIPS, PA-RISC and PowerPC that replace it.\nconst (\n")
	for i, row := range rows {
		b.printf("%s Errno = named + %d // %s%s\n", row[0], i, meaning(row[6]), only(sets, row[1:5]))
	}
	b.printf(")\n\n// Names that mean another one on every ABI.\nconst (\n")
	for _, a := range aliases {
		b.printf("%s = %s // %s\n", a.name, a.of, a.meaning)
	}
	b.printf(")\n\n")

	var names []string
	for _, row := range rows {
		names = append(names, row[0])
	}
	b.blob("names", names)
	b.printf("// The rows of numbers: sets of error numbers that ABIs share.\nconst (\n")
	for i, set := range sets {
		b.printf("%s = %d\n", setName(set), i)
	}
	b.printf(")\n\n")
	b.printf("// numbers holds the number of each name by set; 0 is none.\n")
	b.printf("var numbers = [%d][%d]uint16{\n", len(sets), len(rows))
	for i, set := range sets {
		numbers := make([]uint64, len(rows))
		for j, row := range rows {
			if row[i+1] == "" {
				continue
			}
			if numbers[j], err = strconv.ParseUint(row[i+1], 10, 12); err != nil {
				return nil, err
			}
		}
		b.printf("%s: {", setName(set))
		b.numbers(numbers)
		b.printf("},\n")
	}
	b.printf("}\n\n// alias returns the name that s stands for, or s itself.\n")
	b.printf("func alias(s string) string {\nswitch s {\n")
	for _, a := range aliases {
		b.printf("case %q: return %q\n", a.name, a.of)
	}
	b.printf("}\nreturn s\n}\n")
	return b.format()
}

// meaning turns a comment of the kernel into the form of Go's comments.
func meaning(s string) string {
	if r := []rune(s); len(r) > 1 && !unicode.IsUpper(r[1]) && r[1] != '/' {
		s = string(unicode.ToLower(r[0])) + string(r[1:])
	}
	return s
}

// only says which sets have a name that some lack.
func only(sets, numbers []string) string {
	var have []string
	for i, n := range numbers {
		if n != "" {
			have = append(have, sets[i])
		}
	}
	if len(have) == len(sets) {
		return ""
	}
	s := strings.Join(have, " and ")
	return "; " + strings.NewReplacer("mips", "MIPS", "parisc", "PA-RISC").Replace(s) + " only"
}

// setName returns the constant of a set, such as setMips.
func setName(set string) string { return "set" + strings.ToUpper(set[:1]) + set[1:] }
