package gen

import (
	"bytes"
	"cmp"
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
	t := newArgTables(calls)
	var everywhereKinds, everywhereNames, variantNames []uint64
	b := newFile("syscalls", "syscalls/args.csv")
	b.printf("// variants are the parameters that differ on some ABIs, by name.\n")
	b.printf("var variants = [...]variant{\n")
	for id, call := range calls {
		everywhereKinds = append(everywhereKinds, t.kindsOf(call[0]))
		everywhereNames = append(everywhereNames, t.namesOf(call[0]))
		for _, v := range call[1:] {
			b.printf("{%d, %d, %d},\n", id, slices.Index(t.abis, v.abis), t.kindsOf(v))
			variantNames = append(variantNames, t.namesOf(v))
		}
	}
	if len(t.names) > none || len(t.nameLists) > none || len(t.kinds) > 256 || len(t.abis) > 256 {
		return nil, fmt.Errorf("too many parameters")
	}
	b.printf("}\n\n// variantABIs holds sets of ABIs, a bit for each.\nvar variantABIs = [...]uint32{")
	b.numbers(t.abis)
	b.printf("}\n\n// kindsOf holds the kinds of a name's parameters where no variant has them, as\n")
	b.printf("// an index of kindLists.\nvar kindsOf = [numNames]uint8{")
	b.numbers(everywhereKinds)
	b.printf("}\n\n// kindLists holds the kinds of parameters, 3 bits each.\nvar kindLists = [...]uint32{")
	b.numbers(t.kinds)
	b.printf("}\n\n// argsOf holds where the names of a call's parameters start in args, and after\n")
	b.printf("// those of the calls those of the variants.\nvar argsOf = [...]uint16{")
	b.numbers(append(everywhereNames, variantNames...))
	b.printf("}\n\n// args holds the parameters' names, as indexes of argNames.\nvar args = [...]uint16{")
	b.numbers(t.nameLists)
	b.printf("}\n\n")
	b.blob("argNames", t.names)
	return b.format()
}

// argTables are the parts of args.csv, each of them once.
type argTables struct {
	names     []string // of parameters
	abis      []uint64 // sets of ABIs
	kinds     []uint64 // of the parameters of a call, packed
	nameLists []uint64 // lists of indexes of names, one after the other
	starts    map[string]uint64
}

func newArgTables(calls [][]variant) *argTables {
	t := &argTables{starts: make(map[string]uint64)}
	var lists [][]string
	for _, call := range calls {
		for i, v := range call {
			names := argNames(v)
			t.names = append(t.names, names...)
			t.kinds = append(t.kinds, packKinds(v))
			if lists = append(lists, names); i > 0 {
				t.abis = append(t.abis, v.abis)
			}
		}
	}
	for _, list := range []*[]uint64{&t.abis, &t.kinds} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	slices.Sort(t.names)
	t.names = slices.Compact(t.names)
	// The longest first: a list with which another one begins needs no place.
	slices.SortFunc(lists, func(a, b []string) int { return cmp.Or(len(b)-len(a), slices.Compare(a, b)) })
	for _, list := range lists {
		if _, ok := t.starts[strings.Join(list, " ")]; ok {
			continue
		}
		start := uint64(len(t.nameLists))
		for i, name := range list {
			at, _ := slices.BinarySearch(t.names, name)
			t.nameLists = append(t.nameLists, uint64(at))
			if key := strings.Join(list[:i+1], " "); t.starts[key] == 0 {
				t.starts[key] = start
			}
		}
	}
	return t
}

// kindsOf and namesOf return where a variant's kinds and names are.
func (t *argTables) kindsOf(v variant) uint64 { return uint64(slices.Index(t.kinds, packKinds(v))) }
func (t *argTables) namesOf(v variant) uint64 { return t.starts[strings.Join(argNames(v), " ")] }

func argNames(v variant) []string {
	var names []string
	for _, arg := range v.args {
		name, _, _ := strings.Cut(arg, ":")
		names = append(names, name)
	}
	return names
}

// unknownKinds is that of package syscalls.
const unknownKinds = 1 << 31

// packKinds returns the kinds of v's parameters, 3 bits each, from 1 on.
func packKinds(v variant) uint64 {
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
