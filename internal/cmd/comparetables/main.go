// Command comparetables compares the tables of package syscalls with those of
// others and prints every difference. It is a check for whoever updates the
// tables: syscalls/SOURCES.md explains each line that it prints.
//
//	go run ./internal/cmd/comparetables [-tsv file]
//
// It always reads golang.org/x/sys/unix, in the version that the module
// requires. With -tsv it also reads a table in which each line is a name and
// its numbers by ABI, "-" for none, and the first line names the ABIs; ABIs
// that share a column may be left out, and so are the bases of numbers, as in
// libseccomp's syscalls.csv.
package main

import (
	"bufio"
	"flag"
	"fmt"
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
	if *tsv != "" {
		theirs, err := readTSV(*tsv)
		if err != nil {
			log.Fatal(err)
		}
		report("tsv", theirs)
	}
	theirs, err := readUnix()
	if err != nil {
		log.Fatal(err)
	}
	report("unix", theirs)
}

// numbers are somebody's system calls by ABI and name.
type numbers map[arch.Arch]map[string]uint32

// report prints what differs, by ABI.
func report(source string, theirs numbers) {
	for _, a := range arch.All() {
		if theirs[a] == nil {
			continue
		}
		var lines []string
		for name, nr := range theirs[a] {
			switch ours, ok := syscalls.Lookup(a, name); {
			case !ok:
				lines = append(lines, fmt.Sprintf("%s has %d, we have none", name, nr))
			case ours != nr:
				lines = append(lines, fmt.Sprintf("%s has %d, we have %d", name, nr, ours))
			}
		}
		for nr, name := range syscalls.All(a) {
			if _, ok := theirs[a][name]; !ok {
				lines = append(lines, fmt.Sprintf("%s is %d, they have none", name, nr))
			}
		}
		slices.Sort(lines)
		for _, line := range lines {
			fmt.Printf("%s %v %s\n", source, a, line)
		}
		fmt.Printf("%s %v: %d names, %d differences\n", source, a, len(theirs[a]), len(lines))
	}
}

func readTSV(path string) (numbers, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	theirs := numbers{}
	var abis []arch.Arch
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		if abis == nil {
			for _, field := range fields[1:] {
				a, err := arch.Parse(field)
				if err != nil {
					return nil, err
				}
				abis, theirs[a] = append(abis, a), map[string]uint32{}
			}
			continue
		}
		if len(fields) != len(abis)+1 {
			return nil, fmt.Errorf("%s: strange line %q", path, lines.Text())
		}
		for i, field := range fields[1:] {
			if field == "-" {
				continue
			}
			nr, err := strconv.ParseUint(field, 10, 32)
			if err != nil {
				return nil, err
			}
			theirs[abis[i]][fields[0]] = uint32(nr) + abis[i].Base()
		}
		if !syscalls.Known(fields[0]) {
			fmt.Printf("tsv %s is not known\n", fields[0])
		}
	}
	return theirs, lines.Err()
}

var unixNumber = regexp.MustCompile(`(?m)^\s*SYS_(\w+)\s*=\s*(\d+)`)

// readUnix reads the numbers of golang.org/x/sys/unix for every GOARCH that is
// one of the ABIs.
func readUnix() (numbers, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "golang.org/x/sys").Output()
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(dir)), "unix", "zsysnum_linux_*.go"))
	if err != nil {
		return nil, err
	}
	theirs := numbers{}
	for _, file := range files {
		goarch := strings.TrimSuffix(filepath.Base(file), ".go")[len("zsysnum_linux_"):]
		a, err := arch.Parse(goarch)
		if err != nil {
			fmt.Printf("unix: skipping %s, which is none of the ABIs\n", goarch)
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		theirs[a] = map[string]uint32{}
		for _, m := range unixNumber.FindAllSubmatch(text, -1) {
			nr, err := strconv.ParseUint(string(m[2]), 10, 32)
			if err != nil {
				return nil, err
			}
			theirs[a][strings.ToLower(string(m[1]))] = uint32(nr)
		}
	}
	return theirs, nil
}
