package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A condition is the expression of an #if that must hold for a definition to be
// compiled; several conditions stand for their conjunction.

// directive matches a line of the preprocessor, with its continuations.
var directive = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*(\w+)((?:\\\n|[^\n])*)$`)

// section is the part of a source from an offset up to the next section, and the
// conditions under which it is compiled.
type section struct {
	start int
	conds []string
}

// conditions blanks the lines of the preprocessor in a source without comments, and
// returns the sections of the source.
func conditions(file, text string) (string, []section, error) {
	var open openIfs
	sections := []section{{}}
	blanked := []byte(text)
	for _, m := range directive.FindAllStringSubmatchIndex(text, -1) {
		for i := m[0]; i < m[1]; i++ {
			if blanked[i] != '\n' {
				blanked[i] = ' '
			}
		}
		word, expr := text[m[2]:m[3]], strings.ReplaceAll(text[m[4]:m[5]], "\\\n", " ")
		conditional, err := open.apply(word, strings.TrimSpace(expr))
		if err != nil {
			return "", nil, fmt.Errorf("%s: %w", file, err)
		}
		if conditional {
			sections = append(sections, section{m[1], open.conds()})
		}
	}
	if len(open) != 0 {
		return "", nil, fmt.Errorf("%s: #if without #endif", file)
	}
	return string(blanked), sections, nil
}

// openIfs are the #ifs that surround a line, outermost first.
type openIfs []openIf

type openIf struct {
	before []string // the negations of the branches before this one
	now    string   // the condition of this branch
}

// apply follows a directive. It reports whether the directive is a conditional.
func (open *openIfs) apply(word, expr string) (bool, error) {
	switch word {
	case "if":
		*open = append(*open, openIf{now: expr})
	case "ifdef":
		*open = append(*open, openIf{now: "defined(" + expr + ")"})
	case "ifndef":
		*open = append(*open, openIf{now: "!defined(" + expr + ")"})
	case "elif", "else", "endif":
		last := len(*open) - 1
		if last < 0 {
			return false, fmt.Errorf("#%s without #if", word)
		}
		if word == "endif" {
			*open = (*open)[:last]
			break
		}
		if word == "else" {
			expr = "1"
		}
		(*open)[last].next(expr)
	default:
		return false, nil
	}
	return true, nil
}

// next begins another branch.
func (o *openIf) next(expr string) {
	o.before = append(o.before, "!("+o.now+")")
	o.now = expr
}

func (open openIfs) conds() []string {
	var conds []string
	for _, o := range open {
		conds = append(append(conds, o.before...), o.now)
	}
	return conds
}

// condsAt returns the conditions at an offset.
func condsAt(sections []section, offset int) []string {
	var conds []string
	for _, s := range sections {
		if s.start > offset {
			break
		}
		conds = s.conds
	}
	return conds
}

// config is what is known about a kernel's configuration and its compiler's macros.
// The value 0 means that the macro is not defined.
type config map[string]int

// truth is the value of a condition. It is maybe if it depends on what isn't known.
type truth int

const (
	no truth = iota
	maybe
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// all evaluates a conjunction.
func (c config) all(conds []string) truth {
	result := yes
	for _, cond := range conds {
		result = min(result, c.eval(cond))
	}
	return result
}

var token = regexp.MustCompile(`\w+|&&|\|\||[=!<>]=|[<>!()]|\S`)

// eval evaluates the expression of an #if. An expression that it can't evaluate is
// maybe.
func (c config) eval(expr string) truth {
	e := evaluator{config: c, tokens: token.FindAllString(expr, -1)}
	t := e.or()
	if e.failed || len(e.tokens) > 0 {
		return maybe
	}
	return t
}

type evaluator struct {
	config config
	tokens []string
	failed bool
}

func (e *evaluator) accept(t string) bool {
	if len(e.tokens) > 0 && e.tokens[0] == t {
		e.tokens = e.tokens[1:]
		return true
	}
	return false
}

func (e *evaluator) next() string {
	if len(e.tokens) == 0 {
		e.failed = true
		return ""
	}
	t := e.tokens[0]
	e.tokens = e.tokens[1:]
	return t
}

func (e *evaluator) or() truth {
	t := e.and()
	for e.accept("||") {
		t = max(t, e.and())
	}
	return t
}

func (e *evaluator) and() truth {
	t := e.unary()
	for e.accept("&&") {
		t = min(t, e.unary())
	}
	return t
}

func (e *evaluator) unary() truth {
	switch {
	case e.accept("!"):
		return yes - e.unary()
	case e.accept("("):
		t := e.or()
		e.failed = e.failed || !e.accept(")")
		return t
	}
	value, known := e.operand()
	for _, op := range []string{"==", "!="} {
		if e.accept(op) {
			n, err := strconv.Atoi(e.next())
			if err != nil || !known {
				return maybe
			}
			return truthOf((value == n) == (op == "=="))
		}
	}
	if !known {
		return maybe
	}
	return truthOf(value != 0)
}

// operand reads a number, a macro, defined(macro) or IS_ENABLED(macro).
func (e *evaluator) operand() (value int, known bool) {
	word := e.next()
	if word == "defined" || strings.HasPrefix(word, "IS_") {
		bracket := e.accept("(")
		word = e.next()
		e.failed = e.failed || bracket && !e.accept(")")
	}
	if n, err := strconv.Atoi(word); err == nil {
		return n, true
	}
	value, known = e.config[word]
	return value, known
}
