package main

import (
	"fmt"
	"strings"
)

// ctype is what matters of a C type: how many bits of a register the kernel
// reads of a parameter. A long and an address are 64 here, which on a kernel of
// 32 bits means all of its register.
type ctype struct {
	bits    int
	pointer bool
	quad    bool // 64 bits on any kernel
}

// ctypes holds the scalar types in definitions of system calls, by
// space-separated lists. They come from include/linux/types.h,
// include/uapi/asm-generic/posix_types.h, include/asm-generic/compat.h and what
// architectures have in their place: old_uid_t is an unsigned short on all that
// have a system call with it. A type that is not here stops the generator.
var ctypes = []struct {
	ctype
	types string
}{
	{ctype{bits: 8}, "u8 __u8 char unsigned_char"},
	{ctype{bits: 16}, "u16 __u16 umode_t unsigned_short old_uid_t old_gid_t"},
	// compat_mode_t has 32 bits on some architectures, but its only use, mq_open,
	// hands it to a umode_t.
	{ctype{bits: 16}, "compat_mode_t"},
	{ctype{bits: 32}, "int unsigned_int unsigned uint u32 __u32 s32 __s32 pid_t uid_t gid_t qid_t key_t clockid_t timer_t mqd_t " +
		"key_serial_t rwf_t compat_pid_t compat_int_t compat_uint_t compat_long_t compat_ulong_t compat_size_t compat_ssize_t " +
		"compat_off_t compat_aio_context_t compat_old_sigset_t compat_timer_t compat_key_t compat_clock_t"},
	{ctype{bits: 32, pointer: true}, "compat_uptr_t compat_caddr_t"},
	{ctype{bits: 64}, "long unsigned_long long_int unsigned_long_int size_t ssize_t off_t uintptr_t aio_context_t old_sigset_t"},
	{ctype{bits: 64, quad: true}, "loff_t u64 __u64 s64 __s64 long_long unsigned_long_long"},
	{ctype{bits: 32}, "first_half second_half"},
	// Function pointers and addresses that hide behind a name.
	{ctype{bits: 64, pointer: true}, "__sighandler_t sigevent_ptr_t cap_user_header_t cap_user_data_t"},
}

// enums and other types that are passed as an int.
const intEnums = "landlock_rule_type"

// parseType returns what matters of a C type.
func parseType(s string) (ctype, error) {
	words := strings.Fields(strings.ReplaceAll(s, "*", " * "))
	kept := words[:0]
	for _, w := range words {
		switch w {
		case "const", "volatile", "signed", "__user", "__force":
			continue
		case "*":
			return ctype{bits: 64, pointer: true}, nil
		}
		kept = append(kept, w)
	}
	if len(kept) == 2 && kept[0] == "enum" && contains(intEnums, kept[1]) {
		return ctype{bits: 32}, nil
	}
	t := strings.Join(kept, "_")
	for _, c := range ctypes {
		if contains(c.types, t) {
			return c.ctype, nil
		}
	}
	return ctype{}, fmt.Errorf("unknown type %q", s)
}
