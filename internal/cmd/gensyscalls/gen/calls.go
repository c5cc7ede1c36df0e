package gen

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
)

// twins are the ABIs that share the column of another, which differs from them
// in byte order only.
var twins = map[arch.Arch]arch.Arch{
	arch.MIPSEL: arch.MIPS, arch.MIPSEL64: arch.MIPS64, arch.MIPSEL64N32: arch.MIPS64N32,
	arch.PPC64LE: arch.PPC64, arch.SHEB: arch.SH,
}

// table is syscalls.csv.
type table struct {
	columns []string
	calls   []call
}

type call struct {
	name    string
	since   uint64            // release, packed
	sinceOn map[string]uint64 // the same for columns that differ
	numbers []uint64          // by column; none where there is none
}

// Package syscalls has the same constants. Numbers are 16 bits wide; ARM's own,
// from 0xf0000 on, are moved to where no other number is.
const (
	none     = 0xffff
	armFrom  = 0xf0000
	armTo    = 640
	armCount = 16
	hashSize = 1024
)

func readTable(input []byte) (*table, error) {
	rows, err := csv.NewReader(bytes.NewReader(input)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) < 2 || len(rows[0]) < 5 || rows[0][0] != "name" || rows[0][1] != "since" || rows[0][2] != "since_on" {
		return nil, fmt.Errorf("syscalls.csv: unexpected header")
	}
	t := &table{columns: rows[0][3:]}
	for _, row := range rows[1:] {
		c, err := t.readCall(row)
		if err != nil {
			return nil, fmt.Errorf("syscalls.csv: %s: %w", row[0], err)
		}
		t.calls = append(t.calls, c)
	}
	if !slices.IsSortedFunc(t.calls, func(a, b call) int { return strings.Compare(a.name, b.name) }) {
		return nil, fmt.Errorf("syscalls.csv: names are not in order")
	}
	return t, nil
}

func (t *table) readCall(row []string) (call, error) {
	c := call{name: row[0], sinceOn: map[string]uint64{}}
	var err error
	if c.since, err = packRelease(row[1]); err != nil {
		return c, err
	}
	for word := range strings.FieldsSeq(row[2]) {
		column, release, _ := strings.Cut(word, "=")
		if !slices.Contains(t.columns, column) {
			return c, fmt.Errorf("no column %q", column)
		}
		if c.sinceOn[column], err = packRelease(release); err != nil {
			return c, err
		}
	}
	for i, s := range row[3:] {
		n, err := uint64(none), error(nil)
		if s != "" {
			if n, err = strconv.ParseUint(s, 10, 32); err != nil {
				return c, err
			}
			if t.columns[i] == "arm" && n >= armFrom && n < armFrom+armCount {
				n = n - armFrom + armTo
			} else if n >= armTo {
				return c, fmt.Errorf("number %d is too large", n)
			}
		}
		c.numbers = append(c.numbers, n)
	}
	return c, nil
}

// packRelease turns "6.12" or "2.6.27" into major<<8 | minor.
func packRelease(s string) (uint64, error) {
	if s == "" {
		return 0, nil
	}
	parts := strings.Split(s, ".")
	if len(parts) < 2 {
		return 0, fmt.Errorf("release %q", s)
	}
	major, err := strconv.ParseUint(parts[0], 10, 8)
	if err != nil {
		return 0, err
	}
	minor, err := strconv.ParseUint(parts[1], 10, 8)
	return major<<8 | minor, err
}

// hash is the hash of package syscalls. The order of the slots depends on it,
// so the two must agree; every test of Lookup notices if they don't.
func hash(s string) uint32 {
	h := uint32(len(s))
	for len(s) >= 4 { // four letters at once take a quarter of the time
		h = (h ^ (uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24)) * 0x9e3779b1
		h ^= h >> 15
		s = s[4:]
	}
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 0x01000193
	}
	return h ^ h>>15
}

// Tables returns the text of syscalls/ztables.go for the text of syscalls.csv.
func Tables(input []byte) ([]byte, error) {
	t, err := readTable(input)
	if err != nil {
		return nil, err
	}
	b := newFile("syscalls", "syscalls/syscalls.csv")
	if err := t.writeNames(b); err != nil {
		return nil, err
	}
	if err := t.writeColumns(b); err != nil {
		return nil, err
	}
	if err := t.writeNumbers(b); err != nil {
		return nil, err
	}
	t.writeSince(b)
	return b.format()
}

func (t *table) writeNames(b *file) error {
	var names []string
	longest := 0
	slots := make([]uint64, hashSize)
	for i := range slots {
		slots[i] = none
	}
	for id, c := range t.calls {
		names = append(names, c.name)
		longest = max(longest, len(c.name))
		at := hash(c.name) % hashSize
		for slots[at] != none {
			at = (at + 1) % hashSize
		}
		slots[at] = uint64(id)
	}
	// Probing needs empty slots, and few of the full ones in a row.
	if len(t.calls) > hashSize*3/4 {
		return fmt.Errorf("hash table too small for %d names", len(t.calls))
	}
	b.printf("const (\nnumNames = %d\nmaxName = %d // bytes of the longest name\n)\n\n", len(names), longest)
	b.blob("names", names)
	b.printf("// nameSlots is a hash table of the names with linear probing.\n")
	b.printf("var nameSlots = [%d]uint16{", hashSize)
	b.numbers(slots)
	b.printf("}\n\n")
	return nil
}

func (t *table) writeColumns(b *file) error {
	b.printf("// columnOf is the column of an ABI, plus one.\nvar columnOf = [...]uint8{0,")
	for _, a := range arch.All() {
		if twin, ok := twins[a]; ok {
			a = twin
		}
		i := slices.Index(t.columns, a.String())
		if i < 0 {
			return fmt.Errorf("no column for %v", a)
		}
		b.printf("%d,", i+1)
	}
	b.printf("}\n\n")
	return nil
}

// bases are the columns of which another has most numbers too. The other holds
// only what differs. The choice is a matter of size alone: it is about the best
// one in which no column is more than two steps away from one without a base.
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

// writeNumbers writes the columns, each as what differs from its base. No two
// names may share a number.
func (t *table) writeNumbers(b *file) error {
	var all []uint64
	b.printf("// columns are the columns of numbers, each with what differs from its base.\n")
	b.printf("var columns = [%d]columnTable{\n", len(t.columns))
	for col, column := range t.columns {
		if err := t.checkNumbers(col); err != nil {
			return err
		}
		base := slices.Index(t.columns, bases[column])
		words := (len(t.calls) + 63) / 64
		own, before := make([]uint64, words), make([]uint64, words)
		for id, c := range t.calls {
			if id%64 == 0 {
				before[id/64] = uint64(len(all))
			}
			inherited := uint64(none)
			if base >= 0 {
				inherited = t.calls[id].numbers[base]
			}
			if n := c.numbers[col]; n != inherited {
				own[id/64] |= 1 << (id % 64)
				all = append(all, n)
			}
		}
		b.printf("{ // %s\n", column)
		b.printf("base: %d,\nown: [...]uint64{", base)
		b.numbers(own)
		b.printf("},\nbefore: [...]uint16{")
		b.numbers(before)
		b.printf("},\n},\n")
	}
	b.printf("}\n\n// numbers holds the columns' own numbers, by column and name.\nvar numbers = [...]uint16{")
	b.numbers(all)
	b.printf("}\n\n")
	return nil
}

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

// maxNumber is that of package syscalls.
const maxNumber = 656

func (t *table) writeSince(b *file) {
	var since []uint64
	for _, c := range t.calls {
		since = append(since, c.since)
	}
	b.printf("// since holds the release of each name, as major<<8 | minor.\n")
	b.printf("var since = [numNames]uint16{")
	b.numbers(since)
	b.printf("}\n\n// sinceOn holds the releases that differ on a column, by name.\n")
	b.printf("var sinceOn = [...]struct{name uint16; column uint8; release uint16}{\n")
	for id, c := range t.calls {
		for col, column := range t.columns {
			if release, ok := c.sinceOn[column]; ok {
				b.printf("{%d, %d, %d}, // %s on %s\n", id, col, release, c.name, column)
			}
		}
	}
	b.printf("}\n")
}
