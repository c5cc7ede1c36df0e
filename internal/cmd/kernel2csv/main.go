// Command kernel2csv reads the sources of the Linux kernel and the manual page
// syscalls(2), and writes the CSV files from which the tables of packages arch
// and syscalls are generated. Run it by hand, at the root of the repository,
// when a kernel has been released; review what changed; then run csv2go.
//
//	go run ./internal/cmd/kernel2csv -old linux-6.12 -page syscalls.2.gz linux-7.2
//
// The old tree is one that still has the table of 31-bit s390, which recent
// kernels don't serve any more. With -v it also prints which calls have no
// definition.
//
// The program prefers to stop: a type, a name, a function or a line it does not
// know is an error, and not a guess.
package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("kernel2csv: ")
	old := flag.String("old", "", "tree of the last long-term kernel with 31-bit s390 (6.12)")
	page := flag.String("page", "", "manual page syscalls.2 or syscalls.2.gz")
	verbose := flag.Bool("v", false, "print missing definitions")
	flag.Parse()
	if flag.NArg() != 1 || *old == "" || *page == "" {
		flag.Usage()
		os.Exit(2)
	}
	note := io.Discard
	if *verbose {
		note = os.Stderr
	}
	if err := run(flag.Arg(0), *old, *page, note); err != nil {
		log.Fatal(err)
	}
}

func run(tree, old, page string, note io.Writer) error {
	var errno, calls, args bytes.Buffer
	if err := writeErrno(&errno, tree); err != nil {
		return err
	}
	list, since, err := readCalls(tree, old, page)
	if err != nil {
		return err
	}
	if err := writeCalls(&calls, list, since); err != nil {
		return err
	}
	if err := writeArgs(&args, list, tree, old, note); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.FromSlash("arch/errno/errno.csv"), errno.Bytes(), 0o666),
		os.WriteFile(filepath.FromSlash("syscalls/syscalls.csv"), calls.Bytes(), 0o666),
		os.WriteFile(filepath.FromSlash("syscalls/args.csv"), args.Bytes(), 0o666))
}

// call is one line of syscalls.csv.
type call struct {
	name    string
	entries map[string]entry // by column
}

// readCalls returns every call of every column, by name, and its release.
func readCalls(tree, old, page string) ([]*call, map[string]string, error) {
	onPage, err := readPage(page)
	if err != nil {
		return nil, nil, err
	}
	byName := map[string]*call{}
	var names []string
	add := func(c *column, entries []entry) {
		for _, e := range entries {
			if byName[e.name] == nil {
				byName[e.name] = &call{name: e.name, entries: map[string]entry{}}
				names = append(names, e.name)
			}
			byName[e.name].entries[c.name] = e
		}
	}
	for i := range columns {
		if c := &columns[i]; c.name != "s390" {
			entries, err := c.read(tree)
			if err != nil {
				return nil, nil, err
			}
			add(c, entries)
		}
	}
	slices.Sort(names)
	since, err := releases(names, onPage)
	if err != nil {
		return nil, nil, err
	}
	s390 := &columns[slices.IndexFunc(columns, func(c column) bool { return c.name == "s390" })]
	entries, err := s390.readS390(tree, old, since)
	if err != nil {
		return nil, nil, err
	}
	known := len(names)
	add(s390, entries)
	if len(names) != known {
		return nil, nil, fmt.Errorf("s390 alone has %v", names[known:])
	}
	var calls []*call
	for _, name := range names {
		calls = append(calls, byName[name])
	}
	return calls, since, nil
}

// writeCalls writes syscalls.csv: one line a name with its release, the releases
// that differ by ABI and a number for each column.
func writeCalls(w io.Writer, calls []*call, since map[string]string) error {
	out := csv.NewWriter(w)
	header := []string{"name", "since", "since_on"}
	for _, c := range columns {
		header = append(header, c.name)
	}
	out.Write(header)
	for _, c := range calls {
		out.Write(c.row(since[c.name]))
	}
	out.Flush()
	return out.Error()
}

func (c *call) row(since string) []string {
	has := func(column string) bool { _, ok := c.entries[column]; return ok }
	row := []string{c.name, since, exceptions(c.name, since, has)}
	for _, col := range columns {
		number := ""
		if e, ok := c.entries[col.name]; ok {
			number = strconv.FormatUint(uint64(e.nr), 10)
		}
		row = append(row, number)
	}
	return row
}
