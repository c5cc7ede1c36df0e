package main

import (
	"fmt"
	"slices"

	"github.com/portcullis-go/portcullis/arch"
)

// bases are the columns that share most numbers with another, their base, and hold
// only what differs from it. The choice is a matter of size alone: it is about the
// best one in which every column is at most two steps away from one without a base.
var bases = map[string]string{
	"x86_64": "aarch64", "x32": "x86_64",
	"loongarch64": "aarch64", "riscv64": "aarch64",
	"mips64": "aarch64", "mips64n32": "mips64",
	"sh": "m68k", "x86": "sh", "arm": "sh",
	"mips": "m68k",
	"s390": "m68k", "s390x": "s390",
	"ppc": "m68k", "ppc64": "ppc",
	"parisc": "m68k", "parisc64": "parisc",
}

// generateNumbers returns the text of syscalls/znumbers.go.
func generateNumbers(input []byte) ([]byte, error) {
	t, err := readTable(input)
	if err != nil {
		return nil, err
	}
	f := newFile("syscalls", "syscalls/syscalls.csv")
	if err := t.writeColumnOf(f); err != nil {
		return nil, err
	}
	if err := t.writeColumns(f); err != nil {
		return nil, err
	}
	return f.format()
}

func (t *table) writeColumnOf(f *file) error {
	f.printf("// columnOf is the column of an ABI, plus one.\nvar columnOf = [...]uint8{0,")
	for _, a := range arch.All() {
		if twin, ok := twins[a]; ok {
			a = twin
		}
		i := slices.Index(t.columns, a.String())
		if i < 0 {
			return fmt.Errorf("no column for %v", a)
		}
		f.printf("%d,", i+1)
	}
	f.printf("}\n\n")
	return nil
}

// writeColumns writes the columns, each as its differences from its base.
func (t *table) writeColumns(f *file) error {
	var all []uint64
	f.printf("// columns are the columns of numbers, each with its differences from its base.\n")
	f.printf("var columns = [%d]columnTable{\n", len(t.columns))
	for col, column := range t.columns {
		if err := t.checkNumbers(col); err != nil {
			return err
		}
		base := slices.Index(t.columns, bases[column])
		own, before, numbers := t.difference(col, base, len(all))
		all = append(all, numbers...)
		f.printf("{ // %s\nbase: %d,\nown: [...]uint64{", column, base)
		f.numbers(own)
		f.printf("},\nbefore: [...]uint16{")
		f.numbers(before)
		f.printf("},\n},\n")
	}
	f.printf("}\n\n// numbers holds the columns' own numbers, by column and name.\n")
	f.array("numbers", "[...]uint16", all)
	return nil
}

// checkNumbers returns an error if two names share a number of a column, or if a
// number is too large for package syscalls.
func (t *table) checkNumbers(col int) error {
	byNumber := make(map[uint64]string)
	for _, c := range t.calls {
		n := c.numbers[col]
		if n == none {
			continue
		}
		if other, ok := byNumber[n]; ok {
			return fmt.Errorf("%s: %d is %s and %s", t.columns[col], n, other, c.name)
		}
		if n >= maxNumber {
			return fmt.Errorf("%s: %s has the number %d; the package's arrays end at %d", t.columns[col], c.name, n, maxNumber)
		}
		byNumber[n] = c.name
	}
	return nil
}

// difference returns the numbers of a column that its base, or -1, has not: a bit
// for each name that has such a number, how many numbers there are before those of
// each word of bits, of which the columns before have start, and the numbers.
func (t *table) difference(col, base, start int) (own, before, numbers []uint64) {
	words := (len(t.calls) + 63) / 64
	own, before = make([]uint64, words), make([]uint64, words)
	for id, c := range t.calls {
		if id%64 == 0 {
			before[id/64] = uint64(start + len(numbers))
		}
		inherited := uint64(none)
		if base >= 0 {
			inherited = c.numbers[base]
		}
		if n := c.numbers[col]; n != inherited {
			own[id/64] |= 1 << (id % 64)
			numbers = append(numbers, n)
		}
	}
	return own, before, numbers
}
