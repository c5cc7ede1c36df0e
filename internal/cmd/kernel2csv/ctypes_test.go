package main

import "testing"

func TestParseType(t *testing.T) {
	for s, want := range map[string]ctype{
		"unsigned int": {bits: 32}, "const char __user *": {bits: 64, pointer: true}, "umode_t": {bits: 16}, "unsigned": {bits: 32},
		"loff_t": {bits: 64, quad: true}, "enum landlock_rule_type": {bits: 32}, "cap_user_header_t": {bits: 64, pointer: true},
		"u8": {bits: 8}, "compat_uptr_t": {bits: 32, pointer: true}, "old_uid_t": {bits: 16}, firstHalf: {bits: 32},
	} {
		if got, err := parseType(s); got != want || err != nil {
			t.Errorf("%s: %v, %v; want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "enum other", "struct x", "mystery_t"} {
		if got, err := parseType(s); err == nil {
			t.Errorf("%q: %v", s, got)
		}
	}
}
