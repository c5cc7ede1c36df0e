// Command gensyscalls writes the generated Go files of packages arch and
// syscalls from their CSV files. Run it at the root of the repository; it needs
// nothing else.
//
//	go run ./internal/cmd/gensyscalls
package main

import (
	"log"
	"os"
	"path/filepath"

	"github.com/portcullis-go/portcullis/internal/cmd/gensyscalls/gen"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("gensyscalls: ")
	for _, out := range gen.Outputs() {
		input, err := os.ReadFile(filepath.FromSlash(out.From))
		if err != nil {
			log.Fatal(err)
		}
		b, err := out.Generate(input)
		if err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(filepath.FromSlash(out.File), b, 0o666); err != nil {
			log.Fatal(err)
		}
	}
}
