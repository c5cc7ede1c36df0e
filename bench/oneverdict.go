package bench

import (
	"fmt"
	"strings"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
)

// OneVerdict returns how long this library's filters are if they have one verdict for
// all calls.
func OneVerdict() (*Table, error) {
	t := &Table{
		Title: "One verdict for all calls",
		Notes: []string{"Each filter checks the ABI. For x86_64 alone that takes the number as well, because x32 has the same audit architecture."},
		Head:  []string{"filter", "covered", "instructions", "path"},
	}
	for _, a := range []profile.Action{profile.Errno(errno.EPERM), profile.Log(), profile.KillProcess()} {
		for _, arches := range [][]arch.Arch{{arch.X86_64}, {arch.X86_64, arch.X32}, {arch.AArch64}} {
			p := constant(a.String(), a)
			p.Arches = arches
			f := Make(Tools()[0], p, Hints{})
			if f.Err != nil {
				return nil, f.Err
			}
			d := compile.Data{Nr: 39, Audit: arches[0].Audit()}
			t.Row(p.Name, strings.Trim(fmt.Sprint(arches), "[]"), len(f.Raw), f.Steps(d))
		}
	}
	return t, nil
}
