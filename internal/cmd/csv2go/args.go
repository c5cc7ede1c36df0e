package main

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
)

// kinds are what a parameter can be in args.csv, in the order of their encoding
// in package syscalls, which begins with 1.
var kinds = []string{"8", "16", "32", "64", "p", "p32"}

// maxArgs is the number of arguments in seccomp_data.
const maxArgs = 6

// everywhere has the bits of all ABIs.
const everywhere = 1<<32 - 1

// unknownKinds is that of package syscalls.
const unknownKinds = 1 << 31

// variant is a line of args.csv: the parameters of a call on some ABIs.
type variant struct {
	abis  uint64   // a bit for each arch.Arch
	args  []string // such as "fd:32"
	known bool
}

// readArgs returns the variants of each call of args.csv, in the order of the
// calls' names.
func readArgs(input []byte) ([][]variant, error) {
	rows, err := csv.NewReader(bytes.NewReader(input)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) < 2 || !slices.Equal(rows[0], []string{"name", "abis", "args"}) {
		return nil, errors.New("args.csv: unexpected header")
	}
	var calls [][]variant
	name := ""
	for _, row := range rows[1:] {
		if row[0] < name {
			return nil, errors.New("args.csv: names are not in order")
		}
		if row[0] > name {
			name = row[0]
			calls = append(calls, nil)
		}
		v, err := readVariant(row, calls[len(calls)-1])
		if err != nil {
			return nil, fmt.Errorf("args.csv: %s: %w", name, err)
		}
		calls[len(calls)-1] = append(calls[len(calls)-1], v)
	}
	return calls, nil
}

// readVariant reads a line; before are the lines of the same call before it.
func readVariant(row []string, before []variant) (variant, error) {
	v := variant{known: row[2] != "?"}
	var err error
	if v.abis, err = readABIs(row[1]); err != nil {
		return v, err
	}
	if (v.abis == everywhere) != (len(before) == 0) {
		return v, errors.New("* is the first line of a call")
	}
	for _, other := range before {
		if other.abis&v.abis != 0 && other.abis != everywhere {
			return v, errors.New("an ABI has two lines")
		}
	}
	if v.known {
		v.args = strings.Fields(row[2])
	}
	return v, checkArgs(v.args)
}

func readABIs(cell string) (uint64, error) {
	if cell == "*" {
		return everywhere, nil
	}
	abis := uint64(0)
	for name := range strings.FieldsSeq(cell) {
		a, err := arch.Parse(name)
		if err != nil || a.String() != name {
			return 0, fmt.Errorf("no ABI %q", name)
		}
		abis |= 1 << a
	}
	return abis, nil
}

func checkArgs(args []string) error {
	if len(args) > maxArgs {
		return fmt.Errorf("%d parameters", len(args))
	}
	for _, arg := range args {
		if name, kind, _ := strings.Cut(arg, ":"); name == "" || !slices.Contains(kinds, kind) {
			return fmt.Errorf("parameter %q", arg)
		}
	}
	return nil
}

// packKinds returns the kinds of v's parameters, 3 bits each.
func (v variant) packKinds() uint64 {
	if !v.known {
		return unknownKinds
	}
	packed := uint64(0)
	for i, arg := range v.args {
		_, kind, _ := strings.Cut(arg, ":")
		packed |= uint64(slices.Index(kinds, kind)+1) << (3 * i)
	}
	return packed
}

// names returns the names of v's parameters.
func (v variant) names() []string {
	var names []string
	for _, arg := range v.args {
		name, _, _ := strings.Cut(arg, ":")
		names = append(names, name)
	}
	return names
}

// generateArgs returns the text of syscalls/zargs.go: kinds of parameters.
func generateArgs(input []byte) ([]byte, error) {
	calls, err := readArgs(input)
	if err != nil {
		return nil, err
	}
	var kindLists, abis []uint64
	for _, call := range calls {
		for i, v := range call {
			kindLists = append(kindLists, v.packKinds())
			if i > 0 {
				abis = append(abis, v.abis)
			}
		}
	}
	kindLists, abis = distinct(kindLists), distinct(abis)
	if len(kindLists) > 256 || len(abis) > 256 {
		return nil, errors.New("too many lists of parameters")
	}
	indexOf := func(v variant) int { return slices.Index(kindLists, v.packKinds()) }

	f := newFile("syscalls", "syscalls/args.csv")
	f.printf("// variants are the parameters that differ on some ABIs, by name.\n")
	f.printf("var variants = [...]variant{\n")
	var everywhereKinds []uint64
	for id, call := range calls {
		everywhereKinds = append(everywhereKinds, uint64(indexOf(call[0])))
		for _, v := range call[1:] {
			f.printf("{%d, %d, %d},\n", id, slices.Index(abis, v.abis), indexOf(v))
		}
	}
	f.printf("}\n\n// variantABIs holds sets of ABIs, a bit for each.\n")
	f.array("variantABIs", "[...]uint32", abis)
	f.printf("// kindsOf holds the kinds of a name's parameters where no variant has them, as\n")
	f.printf("// an index of kindLists.\n")
	f.array("kindsOf", "[numNames]uint8", everywhereKinds)
	f.printf("// kindLists holds the kinds of parameters, 3 bits each.\n")
	f.array("kindLists", "[...]uint32", kindLists)
	return f.format()
}

// distinct returns the values in ascending order, each once.
func distinct[T cmp.Ordered](values []T) []T {
	slices.Sort(values)
	return slices.Compact(values)
}
