package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
)

// twins are the ABIs that share the column of another, from which they differ in
// byte order only.
var twins = map[arch.Arch]arch.Arch{
	arch.MIPSEL: arch.MIPS, arch.MIPSEL64: arch.MIPS64, arch.MIPSEL64N32: arch.MIPS64N32,
	arch.PPC64LE: arch.PPC64, arch.SHEB: arch.SH,
}

// table is syscalls.csv.
type table struct {
	columns []string
	calls   []call // by name
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
	none      = 0xffff
	armFrom   = 0xf0000
	armTo     = 640
	armCount  = 16
	maxNumber = 656
	hashSize  = 1024
)

func readTable(input []byte) (*table, error) {
	rows, err := csv.NewReader(bytes.NewReader(input)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) < 2 || len(rows[0]) < 5 || !slices.Equal(rows[0][:3], []string{"name", "since", "since_on"}) {
		return nil, errors.New("syscalls.csv: unexpected header")
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
		return nil, errors.New("syscalls.csv: names are not in order")
	}
	return t, nil
}

func (t *table) readCall(row []string) (call, error) {
	c := call{name: row[0]}
	var err error
	if c.since, err = packRelease(row[1]); err != nil {
		return c, err
	}
	if c.sinceOn, err = t.readSinceOn(row[2]); err != nil {
		return c, err
	}
	for i, cell := range row[3:] {
		n, err := readNumber(t.columns[i], cell)
		if err != nil {
			return c, err
		}
		c.numbers = append(c.numbers, n)
	}
	return c, nil
}

// readSinceOn reads a list such as "x86=4.3 m68k=4.3".
func (t *table) readSinceOn(cell string) (map[string]uint64, error) {
	on := map[string]uint64{}
	for word := range strings.FieldsSeq(cell) {
		column, release, _ := strings.Cut(word, "=")
		if !slices.Contains(t.columns, column) {
			return nil, fmt.Errorf("no column %q", column)
		}
		var err error
		if on[column], err = packRelease(release); err != nil {
			return nil, err
		}
	}
	return on, nil
}

func readNumber(column, cell string) (uint64, error) {
	if cell == "" {
		return none, nil
	}
	n, err := strconv.ParseUint(cell, 10, 32)
	switch {
	case err != nil:
		return 0, err
	case column == "arm" && n >= armFrom && n < armFrom+armCount:
		return n - armFrom + armTo, nil
	case n >= armTo:
		return 0, fmt.Errorf("number %d is too large", n)
	}
	return n, nil
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

// generateNames returns the text of syscalls/znames.go.
func generateNames(input []byte) ([]byte, error) {
	t, err := readTable(input)
	if err != nil {
		return nil, err
	}
	// Probing needs empty slots, and few of the full ones in a row.
	if len(t.calls) > hashSize*3/4 {
		return nil, fmt.Errorf("hash table too small for %d names", len(t.calls))
	}
	var names []string
	longest := 0
	for _, c := range t.calls {
		names = append(names, c.name)
		longest = max(longest, len(c.name))
	}
	f := newFile("syscalls", "syscalls/syscalls.csv")
	f.printf("const (\nnumNames = %d\nmaxName = %d // bytes of the longest name\n)\n\n", len(names), longest)
	f.blob("names", names)
	f.printf("// nameSlots is a hash table of the names with linear probing.\n")
	f.array("nameSlots", fmt.Sprintf("[%d]uint16", hashSize), hashTable(names))
	return f.format()
}

func hashTable(names []string) []uint64 {
	slots := make([]uint64, hashSize)
	for i := range slots {
		slots[i] = none
	}
	for id, name := range names {
		i := hash(name) % hashSize
		for slots[i] != none {
			i = (i + 1) % hashSize
		}
		slots[i] = uint64(id)
	}
	return slots
}

// hash is the hash of package syscalls. The order of the slots depends on it,
// so the two must agree; every test of Lookup notices if they don't.
func hash(s string) uint32 {
	h := uint32(len(s))
	for len(s) >= 4 {
		h = (h ^ (uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24)) * 0x9e3779b1
		h ^= h >> 15
		s = s[4:]
	}
	for i := range len(s) {
		h = (h ^ uint32(s[i])) * 0x01000193
	}
	return h ^ h>>15
}

// generateSince returns the text of syscalls/zsince.go.
func generateSince(input []byte) ([]byte, error) {
	t, err := readTable(input)
	if err != nil {
		return nil, err
	}
	f := newFile("syscalls", "syscalls/syscalls.csv")
	var since []uint64
	for _, c := range t.calls {
		since = append(since, c.since)
	}
	f.printf("// since holds the release of each name, as major<<8 | minor.\n")
	f.array("since", "[numNames]uint16", since)
	f.printf("// sinceOn holds the releases that differ on a column, by name.\n")
	f.printf("var sinceOn = [...]struct{name uint16; column uint8; release uint16}{\n")
	for id, c := range t.calls {
		for col, column := range t.columns {
			if release, ok := c.sinceOn[column]; ok {
				f.printf("{%d, %d, %d}, // %s on %s\n", id, col, release, c.name, column)
			}
		}
	}
	f.printf("}\n")
	return f.format()
}
