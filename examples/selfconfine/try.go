package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
)

// attempt is something that the policy forbids. Without the policy it succeeds or
// fails with another error, depending on the machine and the user; it never does
// harm.
type attempt struct {
	what string
	try  func() error
}

// outcome is the result of an attempt.
type outcome struct {
	what string
	err  error
}

func (o outcome) String() string {
	if o.err == nil {
		return "done"
	}
	return o.err.Error()
}

// refused reports whether the attempt failed as the policy makes it fail.
func (o outcome) refused() bool { return errors.Is(o.err, errEPERM) }

func tryAll() []outcome {
	var all []outcome
	for _, a := range attempts() {
		all = append(all, outcome{a.what, a.try()})
	}
	return all
}

// report compares the outcomes before and after the policy came into force. It
// is ok if all attempts were refused afterwards.
func report(before, after []outcome) (text string, ok bool) {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "attempt\tverdict\twith the filter\tbefore")
	ok = len(after) > 0
	for i, o := range after {
		verdict := "refused"
		if !o.refused() {
			verdict, ok = "NOT REFUSED", false
		}
		fmt.Fprintf(w, "%s\t%s\t%v\t%v\n", o.what, verdict, o, before[i])
	}
	w.Flush()
	return b.String(), ok
}
