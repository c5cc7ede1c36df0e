package input

import (
	"fmt"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
)

// ParseCall reads a system call such as "clone3", "socket(38, 0, 0)" or
// "x86:socket(38)": the notation of [compile.ParseCall], with the ABI before it
// unless it is native.
func ParseCall(s string, native arch.Arch) (compile.Data, error) {
	a := native
	if before, after, ok := strings.Cut(s, ":"); ok {
		var err error
		if a, err = arch.Parse(before); err != nil {
			return compile.Data{}, fmt.Errorf("call %q: %w", s, err)
		}
		s = after
	}
	return compile.ParseCall(a, s)
}
