package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A condition is the expression of an #if that must hold for a definition to be
// compiled; several stand for their conjunction.

// directive matches a preprocessor line, with its continuations.
var directive = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*(\w+)((?:\\\n|[^\n])*)$`)

// stretch is a part of a source from an offset on, up to the next one, and the
// conditions under which it is compiled.
type stretch struct {
	from  int
	conds []string
}

// conditions blanks the preprocessor's lines in a source without comments, and
// returns which stretches of it are conditional.
func conditions(file, text string) (string, []stretch, error) {
	type level struct {
		before []string // negations of the branches before this one
		now    string
	}
	var stack []level
	stretches := []stretch{{}}
	blanked := []byte(text)
	for _, m := range directive.FindAllStringSubmatchIndex(text, -1) {
		word := text[m[2]:m[3]]
		expr := strings.TrimSpace(strings.ReplaceAll(text[m[4]:m[5]], "\\\n", " "))
		for i := m[0]; i < m[1]; i++ {
			if blanked[i] != '\n' {
				blanked[i] = ' '
			}
		}
		if strings.HasPrefix(word, "el") || word == "endif" {
			if len(stack) == 0 {
				return "", nil, fmt.Errorf("%s: #%s without #if", file, word)
			}
		}
		switch word {
		case "if":
			stack = append(stack, level{now: expr})
		case "ifdef":
			stack = append(stack, level{now: "defined(" + expr + ")"})
		case "ifndef":
			stack = append(stack, level{now: "!defined(" + expr + ")"})
		case "elif", "else":
			top := &stack[len(stack)-1]
			top.before = append(top.before, "!("+top.now+")")
			top.now = "1"
			if word == "elif" {
				top.now = expr
			}
		case "endif":
			stack = stack[:len(stack)-1]
		default:
			continue
		}
		var conds []string
		for _, l := range stack {
			conds = append(append(conds, l.before...), l.now)
		}
		stretches = append(stretches, stretch{m[1], conds})
	}
	if len(stack) != 0 {
		return "", nil, fmt.Errorf("%s: #if without #endif", file)
	}
	return string(blanked), stretches, nil
}

func condsAt(stretches []stretch, offset int) []string {
	var conds []string
	for _, s := range stretches {
		if s.from > offset {
			break
		}
		conds = s.conds
	}
	return conds
}

// config is what is known of a kernel's configuration and of its compiler's
// macros: 0 is not defined.
type config map[string]int

// truth is the value of a condition: it can depend on what isn't known.
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

// all returns whether all conditions hold.
func (c config) all(conds []string) truth {
	result := yes
	for _, cond := range conds {
		result = min(result, c.eval(cond))
	}
	return result
}

var token = regexp.MustCompile(`\w+|&&|\|\||[=!<>]=|[<>!()]|\S`)

// eval evaluates the expression of an #if. What it can't is maybe.
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
	word := e.next()
	if word == "defined" || strings.HasPrefix(word, "IS_") {
		bracket := e.accept("(")
		word = e.next()
		e.failed = e.failed || bracket && !e.accept(")")
	}
	value, known := e.config[word]
	if n, err := strconv.Atoi(word); err == nil {
		value, known = n, true
	}
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
