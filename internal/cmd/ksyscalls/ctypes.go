package main

import (
	"fmt"
	"strings"
)

// ctypes holds the width of the scalar types in definitions of system calls, as
// a 64-bit kernel has them, by space-separated lists. Kernel types come from
// include/linux/types.h and include/uapi/asm-generic/posix_types.h. A type that is not here stops the generator.
var ctypes = []struct {
	bits  int
	types string
}{
	{8, "u8 __u8 char unsigned_char"},
	{16, "u16 __u16 umode_t unsigned_short old_uid_t old_gid_t"},
	{32, "int unsigned_int unsigned uint u32 __u32 s32 __s32 pid_t uid_t gid_t qid_t key_t clockid_t timer_t mqd_t " +
		"key_serial_t rwf_t"},
	{64, "long unsigned_long long_int unsigned_long_int size_t ssize_t loff_t off_t u64 __u64 s64 __s64 " +
		"uintptr_t aio_context_t old_sigset_t long_long unsigned_long_long"},
}

// enums and other types that are passed as an int.
const intEnums = "landlock_rule_type"

// width returns how many bits the kernel reads of a parameter of C type ctype,
// or that it is an address.
func width(ctype string) (bits int, pointer bool, err error) {
	words := strings.Fields(strings.ReplaceAll(ctype, "*", " * "))
	kept := words[:0]
	for _, w := range words {
		switch w {
		case "const", "volatile", "signed", "__user", "__force":
			continue
		case "*":
			return 64, true, nil
		}
		kept = append(kept, w)
	}
	if len(kept) == 2 && kept[0] == "enum" && contains(intEnums, kept[1]) {
		return 32, false, nil
	}
	// Function pointers and addresses that hide behind a name.
	if len(kept) == 1 && contains("__sighandler_t sigevent_ptr_t cap_user_header_t cap_user_data_t", kept[0]) {
		return 64, true, nil
	}
	t := strings.Join(kept, "_")
	for _, c := range ctypes {
		if contains(c.types, t) {
			return c.bits, false, nil
		}
	}
	return 0, false, fmt.Errorf("unknown type %q", ctype)
}
