// Command simulate prints what a filter decides for given system calls. It runs on
// any system, whatever machine the filter is for.
//
//	go run ./examples/simulate -arch arm64 profile.json clone3 'socket(38, 0, 0)'
//
// The filter is a container profile in JSON, or a compiled program as disasm
// -o writes it (an array of struct sock_filter); "-" is standard input. A call is
// a name or a number, with or without arguments. A prefix names the ABI if it is
// not the kernel's own: x86:socket.
//
// For a profile, simulate also prints which rule decided, counted from 0 in the
// list of rules that the document is resolved to. It evaluates the rules
// themselves for that, and checks that the program agrees with them.
//
// The exit status is 0 if all calls were simulated, whatever the verdicts.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"text/tabwriter"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/examples/internal/input"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var o input.Options
	fs := flag.NewFlagSet("simulate", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprintf(stderr, "usage: simulate [flags] file call...\n")
		fs.PrintDefaults()
	}
	o.Register(fs)
	trace := fs.Bool("trace", false, "print the instructions that run")
	if err := fs.Parse(args); err != nil {
		return 2
	}
	if fs.NArg() < 2 {
		fs.Usage()
		return 2
	}
	if err := simulate(fs.Arg(0), fs.Args()[1:], o, *trace, stdin, stdout, stderr); err != nil {
		fmt.Fprintf(stderr, "simulate: %v\n", err)
		return 1
	}
	return 0
}

func simulate(file string, calls []string, o input.Options, trace bool, stdin io.Reader, stdout, stderr io.Writer) error {
	f, err := input.Read(file, stdin, o)
	if err != nil {
		return err
	}
	for _, finding := range f.Findings {
		fmt.Fprintf(stderr, "simulate: note: %v\n", finding)
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	defer w.Flush()
	for _, call := range calls {
		d, err := input.ParseCall(call, o.Arch)
		if err != nil {
			return err
		}
		reason, err := decidedBy(f, d)
		if err != nil {
			return err
		}
		if trace {
			fmt.Fprint(stdout, f.Program.Trace(d))
			if reason != "" {
				fmt.Fprintf(stdout, "   %s\n", reason)
			}
			continue
		}
		fmt.Fprintf(w, "%v\t%v\t%s\n", d, f.Program.Run(d).Named(abi(d, o.Arch)), reason)
	}
	return nil
}

// abi returns the ABI of a call, or def if it has none.
func abi(d compile.Data, def arch.Arch) arch.Arch {
	if a, ok := arch.ByAudit(d.Audit, uint32(d.Nr)); ok {
		return a
	}
	return def
}

// decidedBy names the rule of the profile that decides a call. The profile's
// own reading of a call and the program's are two pieces of code: if they
// differ, nothing that this command says can be relied on.
func decidedBy(f *input.Filter, d compile.Data) (string, error) {
	if f.Profile == nil {
		return "", nil
	}
	v, err := compile.Evaluate(*f.Profile, f.Target, d)
	if err != nil {
		return "", err
	}
	if got := f.Program.Run(d); got != v.Action {
		return "", fmt.Errorf("%v: the program says %v, the profile %v: please report this", d, got, v.Action)
	}
	switch v.Rule {
	case compile.RuleDefault:
		return "default", nil
	case compile.RuleBadArch:
		return "an ABI that the filter doesn't cover", nil
	}
	r := f.Profile.Rules[v.Rule]
	s := fmt.Sprintf("rule %d", v.Rule)
	if r.If != nil {
		s += fmt.Sprintf(" if %v", r.If)
	}
	if r.Comment != "" {
		s += ": " + r.Comment
	}
	return s, nil
}
