package gen

// Outputs are the generated files, their inputs and what makes one of the
// other. Paths are relative to the root of the repository.
var Outputs = []struct {
	File, From string
	Generate   func(input []byte) ([]byte, error)
}{
	{"arch/zerrno.go", "arch/errno.csv", Errno},
	{"syscalls/ztables.go", "syscalls/syscalls.csv", Tables},
	{"syscalls/zargs.go", "syscalls/syscalls.csv", Args},
}
