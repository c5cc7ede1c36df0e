package main

import (
	"cmp"
	"errors"
	"slices"
	"strings"
)

// generateArgNames returns the text of syscalls/zargnames.go: names of parameters.
func generateArgNames(input []byte) ([]byte, error) {
	calls, err := readArgs(input)
	if err != nil {
		return nil, err
	}
	t := newNameTables(calls)
	if len(t.names) > none || len(t.lists) > none {
		return nil, errors.New("too many parameters")
	}
	var everywhere, variants []uint64
	for _, call := range calls {
		everywhere = append(everywhere, t.startOf(call[0]))
		for _, v := range call[1:] {
			variants = append(variants, t.startOf(v))
		}
	}
	f := newFile("syscalls", "syscalls/args.csv")
	f.printf("// argsOf holds where the names of a call's parameters start in args, and after\n")
	f.printf("// those of the calls those of the variants.\n")
	f.array("argsOf", "[...]uint16", append(everywhere, variants...))
	f.printf("// args holds the parameters' names, as indexes of argNames.\n")
	f.array("args", "[...]uint16", t.lists)
	f.blob("argNames", t.names)
	return f.format()
}

// nameTables hold the names of parameters, each once, and the lists of names.
type nameTables struct {
	names  []string
	lists  []uint64          // lists of indexes of names, one after the other
	starts map[string]uint64 // where a list starts, by its names
}

func newNameTables(calls [][]variant) *nameTables {
	t := &nameTables{starts: make(map[string]uint64)}
	var lists [][]string
	for _, call := range calls {
		for _, v := range call {
			t.names = append(t.names, v.names()...)
			lists = append(lists, v.names())
		}
	}
	t.names = distinct(t.names)
	// The longest first: a list that another one begins with takes no space.
	slices.SortFunc(lists, func(a, b []string) int { return cmp.Or(len(b)-len(a), slices.Compare(a, b)) })
	for _, list := range lists {
		t.add(list)
	}
	return t
}

func (t *nameTables) add(list []string) {
	if _, ok := t.starts[strings.Join(list, " ")]; ok {
		return
	}
	start := uint64(len(t.lists))
	for i, name := range list {
		index, _ := slices.BinarySearch(t.names, name)
		t.lists = append(t.lists, uint64(index))
		if key := strings.Join(list[:i+1], " "); t.starts[key] == 0 {
			t.starts[key] = start
		}
	}
}

// startOf returns where the names of v's parameters start in lists.
func (t *nameTables) startOf(v variant) uint64 { return t.starts[strings.Join(v.names(), " ")] }
