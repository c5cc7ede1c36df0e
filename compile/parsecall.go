package compile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
)

// ParseCall returns the call that the text spells, as a filter sees it when a
// program of ABI a makes it. The text is a name or a number as it stands in
// seccomp_data.nr, and may have arguments:
//
//	getpid
//	socket(38, 1)
//	openat(-100, 0x7fff0000, 0x80000)
//	600(0xffffffff00000001)
//	-1
//
// Arguments are integers in Go's notation, at most six; those left out are 0. A
// negative one is what C makes of it when it is passed as a long: all bits of a
// register above its own are set. Where a's registers have 32 bits, arguments
// must fit those, with or without a sign.
//
// A call that a has through socketcall(2) or ipc(2) alone becomes that, and its
// arguments are out of the filter's sight.
func ParseCall(a arch.Arch, text string) (Data, error) {
	name, list, hasArgs := strings.Cut(text, "(")
	name = strings.TrimSpace(name)
	var args []uint64
	if hasArgs {
		list, closed := strings.CutSuffix(strings.TrimSpace(list), ")")
		if !closed {
			return Data{}, fmt.Errorf("compile: call %q: missing )", text)
		}
		for i, s := range strings.Split(list, ",") {
			if s = strings.TrimSpace(s); s == "" && i == 0 && list == "" {
				break
			}
			v, err := parseArg(s)
			if err != nil {
				return Data{}, fmt.Errorf("compile: call %q: argument %d: %w", text, i, err)
			}
			args = append(args, v)
		}
	}
	d, err := textCall(a, name, args)
	if err != nil {
		return Data{}, fmt.Errorf("compile: call %q: %w", text, err)
	}
	return d, nil
}

func parseArg(s string) (uint64, error) {
	if strings.HasPrefix(s, "-") {
		v, err := strconv.ParseInt(s, 0, 64)
		return uint64(v), err
	}
	return strconv.ParseUint(s, 0, 64)
}

// textCall returns the call with this name or number.
func textCall(a arch.Arch, name string, args []uint64) (Data, error) {
	if !a.Valid() {
		return Data{}, fmt.Errorf("%v is no ABI", a)
	}
	if len(args) > len(Data{}.Args) {
		return Data{}, fmt.Errorf("%d arguments, a call has 6", len(args))
	}
	fitted := make([]uint64, len(args))
	for i, v := range args {
		var ok bool
		if fitted[i], ok = fit(a, v); !ok {
			return Data{}, fmt.Errorf("argument %d: %#x doesn't fit the 32-bit registers of %v", i, v, a)
		}
	}
	if name == "" || name[0] != '-' && (name[0] < '0' || name[0] > '9') {
		return namedCall(a, name, fitted)
	}
	nr, err := strconv.ParseInt(name, 0, 64)
	if err != nil || nr < -1<<31 || nr >= 1<<32 {
		return Data{}, fmt.Errorf("%q is no number of 32 bits", name)
	}
	d := Data{Nr: int32(uint32(nr)), Audit: a.Audit()}
	copy(d.Args[:], fitted)
	return d, nil
}

// fit returns what of v a register of ABI a holds, and whether that is all.
func fit(a arch.Arch, v uint64) (uint64, bool) {
	if a.RegisterBits() == 64 {
		return v, true
	}
	return uint64(uint32(v)), v>>32 == 0 || v == uint64(int64(int32(v)))
}
