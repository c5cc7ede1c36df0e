// Command comparetables compares the tables of package syscalls with those of
// others and prints every difference. It is for whoever updates the tables:
// syscalls/SOURCES.md explains each line that it prints.
//
//	go run ./internal/cmd/comparetables [-tsv file]
//
// It always reads golang.org/x/sys/unix, in the version that the module requires.
// With -tsv it also reads a table in which each line has a name and its numbers by
// ABI, "-" for none, separated by tabs. The first line names the ABIs. ABIs that
// share a column may be left out, and numbers are without the base of their ABI, as
// in libseccomp's syscalls.csv.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("comparetables: ")
	tsv := flag.String("tsv", "", "table to compare with")
	flag.Parse()
	if err := run(os.Stdout, *tsv); err != nil {
		log.Fatal(err)
	}
}

func run(w io.Writer, tsv string) error {
	if tsv != "" {
		text, err := os.ReadFile(tsv)
		if err != nil {
			return err
		}
		theirs, err := readTSV(w, bytes.NewReader(text))
		if err != nil {
			return fmt.Errorf("%s: %w", tsv, err)
		}
		report(w, "tsv", theirs)
	}
	return compareUnix(w)
}

// compareUnix compares with golang.org/x/sys/unix.
func compareUnix(w io.Writer) error {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/sys").Output()
	if err != nil {
		return err
	}
	theirs, err := readUnix(w, filepath.Join(strings.TrimSpace(string(dir)), "unix"))
	if err != nil {
		return err
	}
	report(w, "unix", theirs)
	return nil
}

// numbers are somebody's system calls by ABI and name.
type numbers map[arch.Arch]map[string]uint32

// report prints the differences, by ABI.
func report(w io.Writer, source string, theirs numbers) {
	for _, a := range arch.All() {
		if theirs[a] == nil {
			continue
		}
		lines := differences(a, theirs[a])
		for _, line := range lines {
			fmt.Fprintf(w, "%s %v %s\n", source, a, line)
		}
		fmt.Fprintf(w, "%s %v: %d names, %d differences\n", source, a, len(theirs[a]), len(lines))
	}
}

func differences(a arch.Arch, theirs map[string]uint32) []string {
	var lines []string
	for name, nr := range theirs {
		switch ours, ok := syscalls.Lookup(a, name); {
		case !ok:
			lines = append(lines, fmt.Sprintf("%s has %d, we have none", name, nr))
		case ours != nr:
			lines = append(lines, fmt.Sprintf("%s has %d, we have %d", name, nr, ours))
		}
	}
	for nr, name := range syscalls.All(a) {
		if _, ok := theirs[name]; !ok {
			lines = append(lines, fmt.Sprintf("%s is %d, they have none", name, nr))
		}
	}
	slices.Sort(lines)
	return lines
}

// readTSV reads a table, and prints its names that package syscalls doesn't know.
func readTSV(w io.Writer, r io.Reader) (numbers, error) {
	lines := bufio.NewScanner(r)
	lines.Scan()
	_, header, _ := strings.Cut(lines.Text(), "\t")
	abis, err := parseABIs(strings.Split(header, "\t"))
	if err != nil {
		return nil, err
	}
	theirs := numbers{}
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		if err := theirs.addLine(abis, fields[0], fields[1:]); err != nil {
			return nil, fmt.Errorf("line %q: %w", lines.Text(), err)
		}
		if !syscalls.Known(fields[0]) {
			fmt.Fprintf(w, "tsv %s is not known\n", fields[0])
		}
	}
	return theirs, lines.Err()
}

func parseABIs(names []string) ([]arch.Arch, error) {
	var abis []arch.Arch
	for _, name := range names {
		a, err := arch.Parse(name)
		if err != nil {
			return nil, err
		}
		abis = append(abis, a)
	}
	return abis, nil
}

// addLine adds the numbers of a name.
func (n numbers) addLine(abis []arch.Arch, name string, cells []string) error {
	if len(cells) != len(abis) {
		return fmt.Errorf("%d numbers for %d ABIs", len(cells), len(abis))
	}
	for i, cell := range cells {
		if cell == "-" {
			continue
		}
		nr, err := strconv.ParseUint(cell, 10, 32)
		if err != nil {
			return err
		}
		n.add(abis[i], name, uint32(nr)+abis[i].Base())
	}
	return nil
}

func (n numbers) add(a arch.Arch, name string, nr uint32) {
	if n[a] == nil {
		n[a] = map[string]uint32{}
	}
	n[a][name] = nr
}

// readUnix reads the numbers of golang.org/x/sys/unix, in a directory, for every
// GOARCH that is one of the ABIs.
func readUnix(w io.Writer, dir string) (numbers, error) {
	files, err := filepath.Glob(filepath.Join(dir, "zsysnum_linux_*.go"))
	if err != nil {
		return nil, err
	}
	theirs := numbers{}
	for _, file := range files {
		goarch := strings.TrimPrefix(strings.TrimSuffix(filepath.Base(file), ".go"), "zsysnum_linux_")
		a, err := arch.Parse(goarch)
		if err != nil {
			fmt.Fprintf(w, "unix: skipping %s, which is none of the ABIs\n", goarch)
			continue
		}
		if theirs[a], err = readConstants(file); err != nil {
			return nil, err
		}
	}
	return theirs, nil
}

var constant = regexp.MustCompile(`(?m)^\s*SYS_(\w+)\s*=\s*(\d+)`)

func readConstants(file string) (map[string]uint32, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	numbers := map[string]uint32{}
	for _, m := range constant.FindAllSubmatch(text, -1) {
		nr, err := strconv.ParseUint(string(m[2]), 10, 32)
		if err != nil {
			return nil, err
		}
		numbers[strings.ToLower(string(m[1]))] = uint32(nr)
	}
	return numbers, nil
}
