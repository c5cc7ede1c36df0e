// Command record reads what strace prints of every call and counts the calls, for
// the recordings in testdata:
//
//	strace -f -qq -e raw=all -o trace.txt ls -lR
//	go run ./cmd/record <trace.txt >testdata/ls.calls
//
// A line is a count, a name and the arguments that some profile of package bench
// compares. Others are left out at the end and 0 in between: they are addresses
// and descriptors, by which calls can't be counted.
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
	if err := record(os.Stdin, os.Stdout); err != nil {
		log.Fatal("record: ", err)
	}
}

// call is where a call begins in the output. A call that another thread interrupts
// has its arguments there, and its result on a later line.
var call = regexp.MustCompile(`^(?:\d+ +)?(\w+)\((.*?)(?:\) += .*| <unfinished \.\.\.>)$`)

func record(r io.Reader, w io.Writer) error {
	specs, err := bench.Specs()
	if err != nil {
		return err
	}
	compared := make(map[string][6]bool)
	for _, s := range specs[:bench.Recorded] {
		for _, rule := range s.Rules {
			for _, name := range rule.Calls {
				c := compared[name]
				for _, cond := range rule.If {
					c[cond.Arg] = true
				}
				compared[name] = c
			}
		}
	}
	counts := make(map[string]int)
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		m := call.FindStringSubmatch(lines.Text())
		if m == nil || strings.HasPrefix(m[1], "syscall_") { // a number without a name
			continue
		}
		key, keep := m[1], compared[m[1]]
		for i, text := range strings.Split(m[2], ", ") {
			v, err := strconv.ParseUint(text, 0, 64)
			if err != nil || i > 5 || !keep[i] {
				v = 0
			}
			key += fmt.Sprintf(" %#x", v)
		}
		for strings.HasSuffix(key, " 0x0") {
			key = strings.TrimSuffix(key, " 0x0")
		}
		counts[key]++
	}
	byCount := func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) }
	for _, key := range slices.SortedFunc(maps.Keys(counts), byCount) {
		fmt.Fprintln(w, counts[key], key)
	}
	return lines.Err()
}
