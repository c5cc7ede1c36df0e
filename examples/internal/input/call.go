package input

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
)

// ParseCall reads a system call such as "clone3", "socket(38, 0, 0)",
// "x86:socket(38)" or "41(38)": the ABI through which it is made, which is
// native if none is given; a name, or a number as in seccomp_data.nr; and
// arguments in decimal, octal or hexadecimal, of which those that are missing
// are 0.
func ParseCall(s string, native arch.Arch) (compile.Data, error) {
	fail := func(err error) (compile.Data, error) {
		return compile.Data{}, fmt.Errorf("call %q: %w", s, err)
	}
	rest, a := s, native
	if before, after, ok := strings.Cut(s, ":"); ok {
		var err error
		if a, err = arch.Parse(before); err != nil {
			return fail(err)
		}
		rest = after
	}
	name, list, hasList := strings.Cut(rest, "(")
	var args []uint64
	if hasList {
		var closed bool
		if list, closed = strings.CutSuffix(strings.TrimSpace(list), ")"); !closed {
			return fail(fmt.Errorf("no closing parenthesis"))
		}
		if strings.TrimSpace(list) != "" {
			for text := range strings.SplitSeq(list, ",") {
				v, err := parseArg(strings.TrimSpace(text), a)
				if err != nil {
					return fail(err)
				}
				args = append(args, v)
			}
		}
	}
	name = strings.TrimSpace(name)
	nr, err := strconv.ParseInt(name, 0, 64)
	if err != nil {
		d, err := compile.Call(a, name, args...)
		if err != nil {
			return fail(err)
		}
		return d, nil
	}
	if nr != int64(int32(nr)) && nr != int64(uint32(nr)) {
		return fail(fmt.Errorf("the number has more than 32 bits"))
	}
	d := compile.Data{Nr: int32(nr), Audit: a.Audit()}
	if len(args) > len(d.Args) {
		return fail(fmt.Errorf("%d arguments, a call has %d", len(args), len(d.Args)))
	}
	copy(d.Args[:], args)
	return d, nil
}

// parseArg reads an argument as the register that holds it: a negative number
// is extended by its sign to the register's width.
func parseArg(s string, a arch.Arch) (uint64, error) {
	bits := a.RegisterBits()
	if strings.HasPrefix(s, "-") {
		v, err := strconv.ParseInt(s, 0, bits)
		if err != nil {
			return 0, err
		}
		return uint64(v) & (1<<bits - 1), nil
	}
	return strconv.ParseUint(s, 0, bits)
}
