// Command kernel2csv reads the sources of the Linux kernel and the manual page
// syscalls(2), and writes the CSV files of packages arch/errno and syscalls. Run it
// at the root of the repository after a kernel release, and review what changed. It
// is the first step, and csv2go, which makes the Go files of the CSV files, the next;
// CONTRIBUTING.md has them all.
//
//	go run ./internal/cmd/kernel2csv -old linux-6.12 -page syscalls.2.gz linux-7.2
//
// The old tree must still have the table of 31-bit s390, which recent kernels no
// longer serve. With -v the command also prints which calls have no definition.
//
// The command doesn't guess: a type, a name, a function or a line that it doesn't
// know is an error.
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

	"github.com/portcullis-go/portcullis/arch"
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

// callSet is the calls of all columns.
type callSet struct {
	byName map[string]*call
	names  []string // in the order of their addition
}

func (s *callSet) add(column string, entries []entry) {
	for _, e := range entries {
		if s.byName[e.name] == nil {
			s.byName[e.name] = &call{name: e.name, entries: map[string]entry{}}
			s.names = append(s.names, e.name)
		}
		s.byName[e.name].entries[column] = e
	}
}

// readCalls returns every call of every column, by name, and its release.
func readCalls(tree, old, page string) ([]*call, map[string]string, error) {
	onPage, err := readPage(page)
	if err != nil {
		return nil, nil, err
	}
	set := callSet{byName: map[string]*call{}}
	for i := range columns {
		if c := &columns[i]; c.name != "s390" {
			entries, err := c.read(tree)
			if err != nil {
				return nil, nil, err
			}
			set.add(c.name, entries)
		}
	}
	slices.Sort(set.names)
	since, err := releases(set.names, onPage)
	if err != nil {
		return nil, nil, err
	}
	// The table of s390 depends on the releases, and has no call of its own.
	known := len(set.names)
	entries, err := columnOf(arch.S390).readS390(tree, old, since)
	if err != nil {
		return nil, nil, err
	}
	if set.add("s390", entries); len(set.names) != known {
		return nil, nil, fmt.Errorf("s390 alone has %v", set.names[known:])
	}
	var calls []*call
	for _, name := range set.names {
		calls = append(calls, set.byName[name])
	}
	return calls, since, nil
}

// writeCalls writes syscalls.csv: for each name a line with its release, the releases
// that differ on some ABIs, and a number for each column.
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
