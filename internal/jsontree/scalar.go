package jsontree

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string. It fails where the string has no end.
func (r *reader) str() (string, bool) {
	quote := r.src[r.pos]
	if quote == '\'' {
		r.fail(SingleQuotes, "strings stand in double quotes")
	}
	r.pos++
	start := r.pos
	for i := start; i < len(r.src); i++ {
		if c := r.src[i]; c == quote {
			r.pos = i + 1
			return r.src[start:i], true
		} else if c == '\\' || c < ' ' || c >= utf8.RuneSelf {
			break
		}
	}
	return r.longStr(quote)
}

// longStr reads the rest of a string that may have escapes, mistakes and characters
// outside ASCII.
func (r *reader) longStr(quote byte) (string, bool) {
	var b strings.Builder
	for r.pos < len(r.src) {
		switch c := r.src[r.pos]; {
		case c == quote:
			r.pos++
			return b.String(), true
		case c == '\\':
			if r.pos+1 == len(r.src) {
				r.pos++
				return "", r.truncated()
			}
			r.escape(&b)
		case c == '\n' || c == '\r':
			r.fail(ControlCharacter, "the string is not closed before the end of the line")
			return "", false
		case c < ' ':
			r.fail(ControlCharacter, "a string has the control character %#02x unescaped", c)
			b.WriteByte(c)
			r.pos++
		default:
			u, size := utf8.DecodeRuneInString(r.src[r.pos:])
			if u == utf8.RuneError && size == 1 {
				r.note(InvalidUTF8, "the byte %#02x is not UTF-8; it is read as U+FFFD", c)
			}
			b.WriteRune(u)
			r.pos += size
		}
	}
	return "", r.truncated()
}

// escape reads one escape sequence, of which there are at least two bytes.
func (r *reader) escape(b *strings.Builder) {
	c := r.src[r.pos+1]
	switch i := strings.IndexByte(`"\/bfnrt`, c); {
	case i >= 0:
		b.WriteByte("\"\\/\b\f\n\r\t"[i])
		r.pos += 2
	case c == 'u':
		r.unicode(b)
	default:
		r.fail(BadEscape, "JSON has no escape \\ with %q", firstRune(r.src[r.pos+1:]))
		r.pos++ // what follows is read as it stands
	}
}

// unicode reads \uXXXX, or two of them that are a surrogate pair.
func (r *reader) unicode(b *strings.Builder) {
	u, ok := hex4(r.src[r.pos:])
	if !ok {
		r.fail(BadEscape, `\u needs four hexadecimal digits`)
		r.pos += 2
		return
	}
	size := 6
	if utf16.IsSurrogate(u) {
		low, _ := hex4(r.src[r.pos+6:])
		if u = utf16.DecodeRune(u, low); u == utf8.RuneError {
			r.note(LoneSurrogate, "the escape %s is half of a surrogate pair; it is read as U+FFFD", r.src[r.pos:r.pos+6])
		} else {
			size = 12
		}
	}
	b.WriteRune(u)
	r.pos += size
}

// hex4 returns the number of an escape \uXXXX at the start of s.
func hex4(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 32)
	return rune(n), err == nil
}

// number reads a number into n, or something that was meant as one.
func (r *reader) number(n *Node) {
	start := r.pos
	n.Kind, n.Text = Number, r.run()
	if IsNumber(n.Text) {
		return
	}
	n.Kind = Bad
	suggestion := ""
	if v, err := strconv.ParseInt(n.Text, 0, 64); err == nil && v >= 0 {
		suggestion = strconv.FormatInt(v, 10)
	} else if v, err := strconv.ParseUint(n.Text, 0, 64); err == nil {
		suggestion = strconv.FormatUint(v, 10)
	}
	r.failAt(start, BadNumber, suggestion, "%s is no JSON number", Quote(n.Text))
}

// IsNumber reports whether s is a number by the grammar of JSON.
func IsNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole := digits(s)
	if whole == 0 || whole > 1 && s[0] == '0' {
		return false
	}
	s = s[whole:]
	if rest, ok := strings.CutPrefix(s, "."); ok {
		n := digits(rest)
		if n == 0 {
			return false
		}
		s = rest[n:]
	}
	if s == "" {
		return true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	s = s[1:]
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	return s != "" && digits(s) == len(s)
}

// digits returns with how many digits s begins.
func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// word reads true, false, null, or something that none of them is.
func (r *reader) word(n *Node) {
	start := r.pos
	switch word := r.run(); word {
	case "true", "false":
		n.Kind = Bool
	case "null":
		n.Kind = Null
	default:
		n.Kind = Bad
		suggestion := ""
		switch lower := strings.ToLower(word); lower {
		case "true", "false", "null":
			suggestion = lower
		case "none", "nil", "undefined":
			suggestion = "null"
		}
		r.failAt(start, BadLiteral, suggestion, "%s is no JSON value; strings stand in double quotes", Quote(word))
	}
}

// run reads as many bytes as can belong to a number or a word; at least one.
func (r *reader) run() string {
	start := r.pos
	for r.pos++; r.pos < len(r.src); r.pos++ {
		if c := r.src[r.pos]; !isLetter(c) && !isDigit(c) && c != '+' && c != '-' && c != '.' {
			break
		}
	}
	return r.src[start:r.pos]
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c == '$' }

// firstRune returns the first character of s, which isn't empty.
func firstRune(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return s[:size]
}

// Quote returns s in quotes for a message, cut where it is too long for one.
func Quote(s string) string {
	if len(s) > 64 {
		return strconv.Quote(s[:64]) + "..."
	}
	return strconv.Quote(s)
}
