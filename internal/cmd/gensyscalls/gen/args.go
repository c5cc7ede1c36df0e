package gen

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
)

// kinds are what a parameter can be in args.csv, in the order of the encoding
// of package syscalls.
var kinds = []string{"8", "16", "32", "64", "p", "p32"}

// maxArgs is the number of arguments in seccomp_data.
const maxArgs = 6

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
		return nil, fmt.Errorf("args.csv: unexpected header")
	}
	var calls [][]variant
	name := ""
	for _, row := range rows[1:] {
		v, err := readVariant(row)
		if err != nil {
			return nil, fmt.Errorf("args.csv: %s: %w", row[0], err)
		}
		switch {
		case row[0] < name:
			return nil, fmt.Errorf("args.csv: names are not in order")
		case row[0] > name:
			name = row[0]
			calls = append(calls, nil)
		}
		call := &calls[len(calls)-1]
		for _, other := range *call {
			if other.abis&v.abis != 0 && other.abis != everywhere {
				return nil, fmt.Errorf("args.csv: %s: an ABI has two lines", name)
			}
		}
		if (v.abis == everywhere) != (len(*call) == 0) {
			return nil, fmt.Errorf("args.csv: %s: * is the first line of a call", name)
		}
		*call = append(*call, v)
	}
	return calls, nil
}

// everywhere is the bits of all ABIs.
const everywhere = 1<<32 - 1

func readVariant(row []string) (variant, error) {
	v := variant{known: row[2] != "?"}
	if row[1] == "*" {
		v.abis = everywhere
	} else {
		for abi := range strings.FieldsSeq(row[1]) {
			a, err := arch.Parse(abi)
			if err != nil || a.String() != abi {
				return v, fmt.Errorf("no ABI %q", abi)
			}
			v.abis |= 1 << a
		}
	}
	if v.known {
		v.args = strings.Fields(row[2])
	}
	if len(v.args) > maxArgs {
		return v, fmt.Errorf("%d parameters", len(v.args))
	}
	for _, arg := range v.args {
		if name, kind, _ := strings.Cut(arg, ":"); name == "" || !slices.Contains(kinds, kind) {
			return v, fmt.Errorf("parameter %q", arg)
		}
	}
	return v, nil
}

// Args returns the text of syscalls/zargs.go for the text of args.csv.
func Args(input []byte) ([]byte, error) {
	calls, err := readArgs(input)
	if err != nil {
		return nil, err
	}
	var names []string
	var lists [][]string
	for _, call := range calls {
		for _, v := range call {
			lists = append(lists, v.args)
			for _, arg := range v.args {
				name, _, _ := strings.Cut(arg, ":")
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	slices.SortFunc(lists, slices.Compare)
	lists = slices.CompactFunc(lists, slices.Equal)

	var args, ends []uint64
	for _, list := range lists {
		for _, arg := range list {
			name, kind, _ := strings.Cut(arg, ":")
			at, _ := slices.BinarySearch(names, name)
			args = append(args, uint64(at)<<3|uint64(slices.Index(kinds, kind)))
		}
		ends = append(ends, uint64(len(args)))
	}
	// The rest comes before *, so that the first match decides.
	var callEnds, abis, listOf []uint64
	for _, call := range calls {
		for _, v := range slices.Backward(call) {
			list := uint64(none)
			if v.known {
				at, _ := slices.BinarySearchFunc(lists, v.args, slices.Compare)
				list = uint64(at)
			}
			abis, listOf = append(abis, v.abis), append(listOf, list)
		}
		callEnds = append(callEnds, uint64(len(abis)))
	}
	if len(names) > 1<<13 || len(args) > none {
		return nil, fmt.Errorf("too many parameters")
	}
	b := newFile("syscalls", "syscalls/args.csv")
	b.blob("argNames", names)
	b.printf("// variantEnds holds where the variants of each call end in variantABIs and\n")
	b.printf("// variantArgs.\nvar variantEnds = [numNames]uint16{")
	b.numbers(callEnds)
	b.printf("}\n\n// variantABIs holds a bit for each ABI of a variant; the first one counts.\n")
	b.printf("var variantABIs = [...]uint32{")
	b.numbers(abis)
	b.printf("}\n\n// variantArgs holds the list of a variant, or none where it isn't known.\n")
	b.printf("var variantArgs = [...]uint16{")
	b.numbers(listOf)
	b.printf("}\n\n// listEnds holds where each list of parameters ends in args.\nvar listEnds = [...]uint16{")
	b.numbers(ends)
	b.printf("}\n\n// args holds parameters: the index of the name in argNames, and in bits 0 to 2\n")
	b.printf("// the kind.\nvar args = [...]uint16{")
	b.numbers(args)
	b.printf("}\n")
	return b.format()
}
