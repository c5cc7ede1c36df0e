package gen

// Output is a generated file, its input and what makes one of the other. Paths
// are relative to the root of the repository, with slashes.
type Output struct {
	File, From string
	Generate   func(input []byte) ([]byte, error)
}

// Outputs returns all generated files.
func Outputs() []Output {
	return []Output{
		{"arch/errno/zerrno.go", "arch/errno/errno.csv", Errno},
		{"syscalls/ztables.go", "syscalls/syscalls.csv", Tables},
		{"syscalls/zargs.go", "syscalls/args.csv", Args},
	}
}
