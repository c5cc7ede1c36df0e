// Command csv2go writes the generated Go files (z*.go) of packages arch/errno and
// syscalls from the reviewed CSV files beside them. Run it at the root of the
// repository. It reads nothing but the CSV files.
//
//	go run ./internal/cmd/csv2go
//
// It is the second of two steps: kernel2csv makes the CSV files from the sources of
// a kernel. A test of this command fails while a generated file is stale.
package main

import (
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("csv2go: ")
	for _, out := range outputs() {
		if err := out.write(); err != nil {
			log.Fatal(err)
		}
	}
}

// output is a generated file, its input, and the function that makes its text of the
// input's text. Paths are relative to the root of the repository, with slashes.
type output struct {
	file, from string
	generate   func(input []byte) ([]byte, error)
}

func outputs() []output {
	return []output{
		{"arch/errno/zerrno.go", "arch/errno/errno.csv", generateErrno},
		{"syscalls/znames.go", "syscalls/syscalls.csv", generateNames},
		{"syscalls/znumbers.go", "syscalls/syscalls.csv", generateNumbers},
		{"syscalls/zsince.go", "syscalls/syscalls.csv", generateSince},
		{"syscalls/zargs.go", "syscalls/args.csv", generateArgs},
		{"syscalls/zargnames.go", "syscalls/args.csv", generateArgNames},
	}
}

func (out output) write() error {
	input, err := os.ReadFile(filepath.FromSlash(out.from))
	if err != nil {
		return err
	}
	text, err := out.generate(input)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.FromSlash(out.file), text, 0o666)
}
