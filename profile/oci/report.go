package oci

import (
	"cmp"
	"fmt"
	"slices"
)

// maxTold is how many errors, and how many findings, of a document are
// told one by one. A hostile document could have millions.
const maxTold = 100

// collector gathers what is wrong with a document: errs are what a runtime
// rejects, notes what it reads differently than written.
type collector struct {
	errs, notes findingList
}

type findingList struct {
	list Findings
	more int
}

func (l *findingList) full() bool { return len(l.list) >= maxTold }

// add adds a finding. The suggestion is only looked for, and the text only
// written, if the list still has room: a nearest name takes a while to find.
func (l *findingList) add(at origin, id string, suggest func() string, format string, args ...any) {
	if l.full() {
		l.more++
		return
	}
	suggestion := ""
	if suggest != nil {
		suggestion = suggest()
	}
	l.list = append(l.list, at.finding(id, fmt.Sprintf(format, args...), suggestion))
}

// say suggests s.
func say(s string) func() string { return func() string { return s } }

// findings returns the lists as one, by place, with how many were left out.
func findings(lists ...findingList) Findings {
	var all Findings
	more := 0
	for _, l := range lists {
		all = append(all, l.list...)
		more += l.more
	}
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(a.Line-b.Line, a.Column-b.Column)
	})
	if more > 0 {
		all = append(all, Finding{ID: readTooManyFindings, Text: fmt.Sprintf("and %d more like these", more)})
	}
	return all
}
