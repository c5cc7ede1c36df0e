package compile

import (
	"bufio"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/syscalls"
)

// ParseStrace reads weights from what strace -c printed, or strace -C, with or
// without -f, -S and -w, and with -U (--summary-columns) as long as the columns
// calls and syscall are among those:
//
//	% time     seconds  usecs/call     calls    errors syscall
//	------ ----------- ----------- --------- --------- ----------------
//	 24.14    0.000399          13        30           mmap
//	 19.84    0.000328           9        34        13 openat
//	------ ----------- ----------- --------- --------- ----------------
//	100.00    0.000727          11        64        13 total
//
// Several tables add up, as those of several runs do. Text around them, such as
// what the traced program had to say, is skipped; input without any table is an
// error. So is a table that breaks off: what it lacks nobody would miss.
//
// A table is of strace's own ABI unless the line before it says otherwise, as in
// "System call usage summary for 32 bit mode:" (strace, src/count.c and
// src/arch_defs.h). The ABI on is strace's own, and with it that of the machine
// where it ran; it tells what "32 bit" is there. Zero leaves it open: then the
// weights are for the own ABI of whichever target a filter is made for, and
// tables that say "32 bit" or "64 bit" are an error.
//
// A call whose name strace didn't know, printed like syscall_0x1d7, has the name
// that the ABI's table gives that number, and is left out if it has none.
// Counts that don't fit 64 bits are taken for the most that does. Lines of
// tables can have 4096 bytes, names 64, and the input 65536 rows.
//
// Errors of the input are a [*StraceError], those of r are wrapped; there are no
// weights then.
func ParseStrace(r io.Reader, on arch.Arch) (Weights, error) {
	if on != 0 && !on.Valid() {
		return nil, &ArchError{Arch: on, Reason: "is no ABI"}
	}
	p := straceParser{in: bufio.NewReaderSize(r, maxStraceLine), on: on, of: on}
	tables, err := p.tables()
	if err == nil && tables == 0 {
		err = p.errorf("there is no table with the columns calls and syscall")
	}
	if err != nil {
		return nil, err
	}
	return p.weights, nil
}

// StraceError reports input that isn't what strace -c prints.
type StraceError struct {
	Line   int    // counted from 1; the last one read where what should follow is missing
	Reason string // what is wrong, as a sentence without its end
}

// Error returns the line and the reason.
func (e *StraceError) Error() string {
	return "compile: strace summary: line " + strconv.Itoa(e.Line) + ": " + e.Reason
}

const (
	maxStraceLine = 4096
	maxStraceName = 64 // the longest of the kernel's has 28
	maxStraceRows = 1 << 16
)

// straceParser reads tables line by line.
type straceParser struct {
	in      *bufio.Reader
	line    int       // last read
	on      arch.Arch // strace's own ABI
	of      arch.Arch // the ABI of the next table
	weights Weights
}

func (p *straceParser) errorf(reason string, quoted ...string) error {
	for _, q := range quoted {
		reason += " " + strconv.Quote(q)
	}
	return &StraceError{Line: p.line, Reason: reason}
}

// next returns the next line without the white space around it. Of one that is
// too long nothing is kept but that.
func (p *straceParser) next() (text string, long bool, err error) {
	b, err := p.in.ReadSlice('\n')
	for ; errors.Is(err, bufio.ErrBufferFull); _, err = p.in.ReadSlice('\n') {
		long = true
	}
	if err == io.EOF && (len(b) > 0 || long) {
		err = nil // a last line without its end
	}
	if err != nil {
		if err != io.EOF {
			err = &wrapped{"compile: strace summary: ", err}
		}
		return "", false, err
	}
	p.line++
	if long {
		return "", true, nil
	}
	return strings.TrimSpace(string(b)), false, nil
}

// tables reads all of the input and returns the number of tables in it.
func (p *straceParser) tables() (int, error) {
	n := 0
	for before := ""; ; {
		text, _, err := p.next()
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if err := p.mode(text); err != nil {
			return n, err
		}
		if cols, ok := columnsOf(before, text); ok {
			if err := p.rows(cols); err != nil {
				return n, err
			}
			n++
			p.of, text = p.on, ""
		}
		before = text
	}
}

// mode reads the line that says of which ABI the next table is. A program that
// ends its last line of output with no newline has it before that line's text.
func (p *straceParser) mode(text string) error {
	_, mode, ok := strings.Cut(text, "System call usage summary for ")
	if !ok {
		return nil
	}
	if mode, ok = strings.CutSuffix(mode, " mode:"); !ok {
		return nil
	}
	switch mode {
	case "x32":
		p.of = arch.X32
		return nil
	case "32 bit", "64 bit":
		if p.on == 0 {
			return p.errorf("it depends on the machine what this mode is, and that isn't known:", mode)
		}
		bits, _ := strconv.Atoi(mode[:2])
		for _, a := range append([]arch.Arch{p.on}, p.on.Companions()...) {
			if a.Bits() == bits && a != arch.X32 { // which has a name of its own here
				p.of = a
				return nil
			}
		}
	}
	return p.errorf("a kernel for "+p.on.String()+" has no ABI that is called", mode)
}

// columns say where in a table's rows stands what.
type columns struct {
	n             int // how many there are
	calls, name   int
	errors, blank int // the column that is blank where there are none; whether there is such
}

// columnsOf returns the columns of a table, if that is what begins with these two
// lines: names, and below each of them a rule. The names are counted from the
// end, because the traced program may have left something before them.
func columnsOf(head, rules string) (columns, bool) {
	c := columns{calls: -1, name: -1}
	names := strings.Fields(strings.ReplaceAll(head, "% time", "%time"))
	if c.n = ruled(rules); c.n == 0 || c.n > len(names) {
		return c, false
	}
	for i, n := range names[len(names)-c.n:] {
		switch n {
		case "calls":
			c.calls = i
		case "errors":
			c.errors, c.blank = i, 1
		case "syscall":
			c.name = i
		}
	}
	return c, c.calls >= 0 && c.name >= 0
}

// ruled returns how many columns a line of rules has, or 0 for any other line.
func ruled(text string) int {
	if strings.Trim(text, "- ") != "" {
		return 0
	}
	return len(strings.Fields(text))
}

// rows reads the rest of a table, up to the rules above its total.
func (p *straceParser) rows(c columns) error {
	for {
		text, long, err := p.next()
		switch {
		case err == io.EOF:
			return p.errorf("the table breaks off here")
		case err != nil:
			return err
		case long:
			return p.errorf("the line is too long for a table")
		case ruled(text) == c.n:
			return nil
		}
		if err := p.row(strings.Fields(text), c); err != nil {
			return err
		}
	}
}

// row adds a row's weight.
func (p *straceParser) row(cells []string, c columns) error {
	if len(cells) == c.n-c.blank && c.blank == 1 {
		cells = append(cells[:c.errors:c.errors], append([]string{""}, cells[c.errors:]...)...)
	}
	if len(cells) != c.n {
		return p.errorf("the row has " + strconv.Itoa(len(cells)) + " columns, the table " + strconv.Itoa(c.n))
	}
	calls, err := strconv.ParseUint(cells[c.calls], 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		calls, err = math.MaxUint64, nil
	}
	if err != nil {
		return p.errorf("the number of calls is no number:", cells[c.calls])
	}
	name := cells[c.name]
	if !isName(name) {
		return p.errorf("this is no name of a system call:", name)
	}
	if hex, ok := strings.CutPrefix(name, "syscall_0x"); ok {
		nr, err := strconv.ParseUint(hex, 16, 32)
		if name, ok = syscalls.Name(p.of, uint32(nr)); err != nil || !ok {
			return nil
		}
	}
	if len(p.weights) == maxStraceRows {
		return p.errorf("these are more than " + strconv.Itoa(maxStraceRows) + " rows")
	}
	// Cloned, because a piece of the line would hold on to all of it.
	p.weights = append(p.weights, Weight{Arch: p.of, Syscall: strings.Clone(name), Calls: calls})
	return nil
}

// isName reports whether a text looks like a system call's name.
func isName(s string) bool {
	if s == "" || len(s) > maxStraceName || s[0] >= '0' && s[0] <= '9' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}
