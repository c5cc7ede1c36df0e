// Command disasm prints the program of a container profile, or a compiled
// program, and how long its paths are. It runs on any system.
//
//	go run ./examples/disasm -arch s390x profile.json
//	go run ./examples/disasm -o filter.bpf profile.json
//
// With -o it also writes the program as an array of struct sock_filter in the
// byte order of its target. Install.Decode, simulate, disasm and other tools read
// that.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/portcullis-go/portcullis/examples/internal/input"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var o input.Options
	fs := flag.NewFlagSet("disasm", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprintf(stderr, "usage: disasm [flags] file\n")
		fs.PrintDefaults()
	}
	o.Register(fs)
	out := fs.String("o", "", "write the program to this `file` too")
	if err := fs.Parse(args); err != nil {
		return 2
	}
	if fs.NArg() != 1 {
		fs.Usage()
		return 2
	}
	if err := disasm(fs.Arg(0), *out, o, stdin, stdout, stderr); err != nil {
		fmt.Fprintf(stderr, "disasm: %v\n", err)
		return 1
	}
	return 0
}

func disasm(file, out string, o input.Options, stdin io.Reader, stdout, stderr io.Writer) error {
	f, err := input.Read(file, stdin, o)
	if err != nil {
		return err
	}
	for _, finding := range f.Findings {
		fmt.Fprintf(stderr, "disasm: note: %v\n", finding)
	}
	for _, note := range f.Program.Notes() {
		fmt.Fprintf(stderr, "disasm: note: %v\n", note)
	}
	if out != "" {
		b, err := f.Program.MarshalBinary()
		if err != nil {
			return err
		}
		if err := os.WriteFile(out, b, 0o666); err != nil {
			return err
		}
	}
	var abis []string
	for _, a := range f.Program.Arches() {
		abis = append(abis, a.String())
	}
	fmt.Fprintf(stdout, "; %v\n; for %s\n", f.Program.Stats(nil), strings.Join(abis, ", "))
	_, err = io.WriteString(stdout, f.Program.String())
	return err
}
