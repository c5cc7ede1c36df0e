// Command record counts the calls in the output of strace, for the recordings in
// testdata:
//
//	strace -f -qq -e raw=all -o trace.txt ls -lR
//	go run ./cmd/record <trace.txt >testdata/ls.calls
//
// A line of its output is a count, a name and the arguments that some policy of
// package bench compares. Other arguments, such as addresses and descriptors, would
// make every call a line of its own: they are written as 0, or left out at the end.
package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/bench"
)

func main() {
	log.SetFlags(0)
	policies, err := bench.Policies()
	if err == nil {
		err = record(os.Stdin, os.Stdout, comparedArgs(policies[:bench.Runnable]))
	}
	if err != nil {
		log.Fatal("record: ", err)
	}
}

// comparedArgs returns which arguments of each call the policies compare.
func comparedArgs(policies []*bench.Policy) map[string][6]bool {
	compared := make(map[string][6]bool)
	for _, p := range policies {
		for _, r := range p.Rules {
			for _, name := range r.Calls {
				compared[name] = with(compared[name], r.If)
			}
		}
	}
	return compared
}

// with returns the arguments and those that the conditions compare.
func with(args [6]bool, conds []bench.Cond) [6]bool {
	for _, c := range conds {
		args[c.Arg] = true
	}
	return args
}

// record counts the calls of a trace by name and compared arguments, and writes the
// most frequent first.
func record(r io.Reader, w io.Writer, compared map[string][6]bool) error {
	counts := make(map[string]int)
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if name, args, ok := parseCall(lines.Text()); ok {
			counts[name+writeArgs(args, compared[name])]++
		}
	}
	byCount := func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) }
	for _, line := range slices.SortedFunc(maps.Keys(counts), byCount) {
		fmt.Fprintln(w, counts[line], line)
	}
	return lines.Err()
}

// callLine matches the line on which a call begins. If another thread interrupts the
// call, its result is on a later line, which doesn't match.
var callLine = regexp.MustCompile(`^(?:\d+ +)?(\w+)\((.*?)(?:\) += .*| <unfinished \.\.\.>)$`)

// parseCall returns the name and the arguments of a call. Numbers without a name are
// skipped.
func parseCall(line string) (name string, args []string, ok bool) {
	m := callLine.FindStringSubmatch(line)
	if m == nil || strings.HasPrefix(m[1], "syscall_") {
		return "", nil, false
	}
	return m[1], strings.Split(m[2], ", "), true
}

// writeArgs writes the compared arguments, up to the last one that isn't 0.
func writeArgs(args []string, compared [6]bool) string {
	text := ""
	for i, arg := range args {
		v, err := strconv.ParseUint(arg, 0, 64)
		if err != nil || i > 5 || !compared[i] {
			v = 0
		}
		text += fmt.Sprintf(" %#x", v)
	}
	for strings.HasSuffix(text, " 0x0") {
		text = strings.TrimSuffix(text, " 0x0")
	}
	return text
}
