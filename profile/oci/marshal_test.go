package oci_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/arch/errno"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
	"github.com/portcullis-go/portcullis/syscalls"
)

// exportable returns a profile that a document can be made of, for some ABIs.
func exportable(def profile.Action, on ...arch.Arch) profile.Profile {
	p := profile.New(def).On(on...)
	p.BadArch = profile.KillThread()
	return p
}

// compact returns the document of p without white space, or its errors.
func compact(p profile.Profile) string {
	text, err := oci.Marshal(p)
	if err != nil {
		return err.Error()
	}
	var v struct {
		Syscalls []json.RawMessage `json:"syscalls"`
	}
	if err := json.Unmarshal(text, &v); err != nil {
		return err.Error()
	}
	var out []string
	for _, raw := range v.Syscalls {
		var e struct {
			Names  []string `json:"names"`
			Action string   `json:"action"`
			Errno  *int     `json:"errnoRet"`
			Args   []struct {
				Index           int
				Value, ValueTwo uint64
				Op              string
			} `json:"args"`
		}
		if err := json.Unmarshal(raw, &e); err != nil {
			return err.Error()
		}
		s := strings.Join(e.Names, ",") + " " + strings.TrimPrefix(e.Action, "SCMP_ACT_")
		if e.Errno != nil {
			s += fmt.Sprintf("(%d)", *e.Errno)
		}
		for _, a := range e.Args {
			s += fmt.Sprintf(" %d %s %#x", a.Index, strings.TrimPrefix(a.Op, "SCMP_CMP_"), a.Value)
			if a.Op == "SCMP_CMP_MASKED_EQ" {
				s += fmt.Sprintf(" %#x", a.ValueTwo)
			}
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

// marshalCase is a profile and its document as compact writes it.
type marshalCase struct {
	name string
	p    profile.Profile
	want string
}

func checkMarshal(t *testing.T, tests []marshalCase) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := compact(tt.p); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestMarshal(t *testing.T) {
	eperm := profile.Errno(errno.EPERM)
	on64 := func() profile.Profile { return exportable(eperm, arch.X86_64) }
	reg := func(i int) profile.Operand { return profile.Arg(i).Register() }
	checkMarshal(t, []marshalCase{
		{"none", on64(), ""},
		{"unconditional", on64().Allow("read", "write").Deny(errno.ENOSYS, "clone3").Allow("close"),
			"read,write,close ALLOW\nclone3 ERRNO(38)"},
		{"first decides", on64().Allow("read").Do(profile.Log(), "read"), "read ALLOW"},
		{"default by name", on64().Deny(errno.EPERM, "clone3").Allow("clone3"), "clone3 ERRNO(1)"},
		{"an int is masked", on64().Allow("socket").If(profile.Arg(0).In(1, 2)),
			"socket ALLOW 0 MASKED_EQ 0xffffffff 0x1\nsocket ALLOW 0 MASKED_EQ 0xffffffff 0x2"},
		{"negative", on64().Allow("openat").If(profile.Arg(0).Equal(profile.Signed(-100))),
			"openat ALLOW 0 MASKED_EQ 0xffffffff 0xffffff9c"},
		{"a register is compared", on64().Allow("mmap").If(profile.Arg(1).Less(4096)), "mmap ALLOW 1 LE 0xfff"},
		{"low half of less", on64().Allow("socket").If(profile.Arg(0).Less(10)),
			"socket ALLOW 0 MASKED_EQ 0xfffffff8 0x0\nsocket ALLOW 0 MASKED_EQ 0xfffffffe 0x8"},
		{"not equal", on64().Allow("mmap").If(profile.Arg(1).NotEqual(3)), "mmap ALLOW 1 NE 0x3"},
		{"not zero", on64().Allow("mmap").If(profile.Arg(1).NotEqual(0)), "mmap ALLOW 1 NE 0x0"},
		{"not the last", on64().Allow("mmap").If(profile.Arg(1).NotEqual(1<<64 - 1)), "mmap ALLOW 1 NE 0xffffffffffffffff"},
		{"none of", on64().Allow("mmap").If(profile.Arg(1).NotIn(1, 2, 5)),
			"mmap ALLOW 1 EQ 0x0\nmmap ALLOW 1 MASKED_EQ 0xffffffffffffffff 0x3\nmmap ALLOW 1 MASKED_EQ 0xffffffffffffffff 0x4\nmmap ALLOW 1 GT 0x5"},
		{"between", on64().Allow("mmap").If(profile.Arg(1).Between(4, 9)),
			"mmap ALLOW 1 MASKED_EQ 0xfffffffffffffffc 0x4\nmmap ALLOW 1 MASKED_EQ 0xfffffffffffffffe 0x8"},
		{"any bits", on64().Allow("mmap").If(profile.Arg(2).Register().AnyBits(5)),
			"mmap ALLOW 2 MASKED_EQ 0x1 0x1\nmmap ALLOW 2 MASKED_EQ 0x4 0x4"},
		{"bits twice", on64().Allow("mmap").If(reg(2).AllBits(1)).If(reg(2).NoBits(4)), "mmap ALLOW 2 MASKED_EQ 0x5 0x1"},
		{"bits that exclude each other", on64().Allow("mmap").If(reg(2).AllBits(1)).If(reg(2).NoBits(1)), "mmap ERRNO(1)"},
		{"bits and a bound", on64().Allow("mmap").If(reg(2).AllBits(1)).If(reg(2).Less(4)),
			"mmap ALLOW 2 MASKED_EQ 0xfffffffffffffffd 0x1"},
		{"two arguments", on64().Allow("mmap").If(reg(0).Equal(0)).If(reg(2).GreaterEqual(7)), "mmap ALLOW 0 EQ 0x0 2 GT 0x6"},
	})
}

func TestMarshalJoinsRules(t *testing.T) {
	eperm := profile.Errno(errno.EPERM)
	on64 := func() profile.Profile { return exportable(eperm, arch.X86_64) }
	both := func() profile.Profile { return exportable(eperm, arch.X86_64, arch.X86) }
	reg := func(i int) profile.Operand { return profile.Arg(i).Register() }
	checkMarshal(t, []marshalCase{
		{"never", on64().Allow("mmap").If(reg(0).In()), "mmap ERRNO(1)"},
		{"always", on64().Allow("mmap").If(profile.Or{reg(0).Equal(1), profile.And{}}), "mmap ALLOW"},
		{"mask of nothing", on64().Allow("mmap").If(reg(0).NoBits(0)), "mmap ALLOW"},
		{"all but nothing", on64().Allow("mmap").If(reg(0).GreaterEqual(0)), "mmap ALLOW"},
		{"exception first", on64().Deny(errno.EPERM, "mmap").If(reg(2).Equal(5)).Allow("mmap"), "mmap ALLOW 2 NE 0x5"},
		{"exception in a choice", on64().Deny(errno.EPERM, "mmap").If(reg(2).Equal(5)).Allow("mmap").If(reg(3).Equal(1)),
			"mmap ALLOW 2 NE 0x5 3 EQ 0x1"},
		{"not a choice", on64().Allow("mmap").If(profile.Not{Cond: profile.Or{reg(0).Equal(1), reg(1).Greater(2)}}),
			"mmap ALLOW 0 NE 0x1 1 LE 0x2"},
		{"what is unspecified becomes masks", on64().Allow("mmap").If(profile.Or{reg(0).Less(1 << 40), reg(0).Greater(1<<63 - 1)}),
			"mmap ALLOW 0 MASKED_EQ 0xffffff0000000000 0x0\nmmap ALLOW 0 MASKED_EQ 0x8000000000000000 0x8000000000000000"},
		{"bounds in one half", on64().Allow("mmap").If(profile.Or{reg(0).Less(4), reg(0).Greater(9)}),
			"mmap ALLOW 0 LE 0x3\nmmap ALLOW 0 GT 0x9"},
		{"two widths of ABI", both().Allow("mmap").If(profile.Arg(1).Less(4096)).Allow("clone3"), "mmap ALLOW 1 LE 0xfff\nclone3 ALLOW"},
		{"32 bits alone", exportable(eperm, arch.ARM).Allow("mmap2").If(profile.Test{Field: 1, Width: profile.WidthLong, Op: profile.OpEqual, Value: 1<<32 + 5}),
			"mmap2 ALLOW 1 EQ 0x5"},
		{"trace", exportable(profile.Trace(7), arch.X86_64).Allow("read").Do(profile.Trace(8), "write"), "read ALLOW\nwrite TRACE(8)"},
		{"socketcall first", exportable(profile.KillProcess(), arch.X86).Allow("socketcall", "clone3").Deny(errno.EPERM, "socket"),
			"socketcall,clone3 ALLOW\nsocket ERRNO(1)"},
		{"numbers of socketcall", exportable(eperm, arch.PPC64LE).Allow("socketcall", "socket", "ipc", "msgget", "clone3"),
			"socketcall,socket,ipc,msgget,clone3 ALLOW"},
		{"X86_64 and what it lacks", on64().Allow("mmap2").Allow("mmap").If(reg(1).Equal(1)), "mmap2 ALLOW\nmmap ALLOW 1 EQ 0x1"},
		{"any ABI", exportable(eperm).Allow("read", "openat2"), "read,openat2 ALLOW"},
	})
}

// checkRefused holds a part of the error, which is missing where there is none.
func checkRefused(t *testing.T, tests []marshalCase) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, err := oci.Marshal(tt.p)
			switch {
			case err == nil && tt.want != "":
				t.Errorf("it became\n%s", text)
			case err != nil && (tt.want == "" || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error %q, want one with %q", err, tt.want)
			}
		})
	}
}

func TestMarshalRefuses(t *testing.T) {
	eperm := profile.Errno(errno.EPERM)
	on64 := func() profile.Profile { return exportable(eperm, arch.X86_64) }
	x86 := func() profile.Profile { return exportable(eperm, arch.X86).Allow("clone3") }
	badArch := on64()
	badArch.BadArch = profile.KillProcess()
	checkRefused(t, []marshalCase{
		{"invalid", on64().Allow(), "rule 0: it names no system call"},
		{"foreign ABIs", badArch, "foreign ABIs with KillThread"},
		{"notify by default", exportable(profile.Notify(), arch.X86_64), "Notify as the default"},
		{"notify write", on64().Do(profile.Notify(), "write"), "rule 0: not representable: runc refuses Notify for write"},
		{"no own kernel", exportable(eperm, arch.X32), "kernel's own"},
		{"byte orders", exportable(eperm, arch.X86_64, arch.S390X), "byte orders"},
		{"rule of an ABI", on64().Rule(profile.Rule{Syscalls: []string{"read"}, Arches: []arch.Arch{arch.X86_64}}), "rule 0: not representable: a document has no rules for some"},
		{"numbers", on64().Rule(profile.Rule{Numbers: []profile.NumberRange{{First: 1, Last: 2}}}), "no numbers"},
		{"direct", x86().Rule(profile.Rule{Syscalls: []string{"socket"}, Direct: true}), "also covers socket"},
		{"unknown", on64().Allow("frobnicate"), "no ABI has a call"},
		{"trap data", on64().Do(profile.Trap(1), "read"), "Trap has no data"},
		{"trap data by default", exportable(profile.Trap(1), arch.X86_64), "default action: a document's Trap has no data"},
		{"errno number", on64().Deny(4095, "read"), "refuse error numbers"},
		{"errno of any ABI", exportable(eperm).Deny(errno.ENOSYS, "clone3"), "ENOSYS is 38 on x86_64 and 89 on mips"},
		{"errno of no ABI", exportable(eperm, arch.X86_64).Deny(errno.EDEADLOCK, "clone3"), ""},
	})
}

func TestMarshalRefusesConditions(t *testing.T) {
	eperm := profile.Errno(errno.EPERM)
	on64 := func() profile.Profile { return exportable(eperm, arch.X86_64) }
	x86 := func() profile.Profile { return exportable(eperm, arch.X86).Allow("clone3") }
	reg := func(i int) profile.Operand { return profile.Arg(i).Register() }
	badArch := on64()
	badArch.BadArch = profile.KillProcess()
	checkRefused(t, []marshalCase{
		{"instruction pointer", on64().Allow("read").If(profile.InstructionPointer().Equal(1)), "instruction pointer"},
		{"two verdicts", on64().Allow("mmap").If(reg(0).Equal(1)).Do(profile.Log(), "mmap"), "no order"},
		{"two widths", on64().Allow("mmap").If(reg(0).Equal(1)).If(profile.Arg(0).Low32().Less(7)), "two widths"},
		{"constant too wide", on64().Allow("socket").If(profile.Arg(0).Equal(1 << 32)), "more than the 32 bits of arg0"},
		{"constant seen in part", exportable(eperm, arch.X86_64, arch.X86).Allow("mmap", "clone3").If(profile.Arg(1).Less(1 << 40)), "only 32 bits"},
		{"registers seen in part", exportable(eperm, arch.X86_64, arch.X32).Allow("mmap").If(reg(1).Less(1)), "only 32 bits"},
		{"other on 32 bits", exportable(eperm, arch.X86_64, arch.X86).Allow("mmap", "clone3").If(reg(1).AllBits(1)).If(reg(1).Greater(5)), "32-bit ABIs"},
		{"too many", on64().Allow("mmap").If(profile.Arg(0).Register().Between(1, 1<<64-2)).If(reg(1).Between(1, 1<<64-2)), "needs more than 256"},
		{"too many alternatives", on64().Allow("mmap").If(reg(0).In(make([]uint64, 300)...)), "needs more than 256"},
		{"too many combinations", on64().Allow("mmap").If(reg(0).AnyBits(1<<20 - 1)).If(reg(1).AnyBits(1<<20 - 1)), "needs more than 256"},
		{"arguments of a socketcall", x86().Allow("socket").If(profile.Arg(0).Equal(1)), "on x86 the runtimes don't look"},
		{"arguments on any ABI", exportable(eperm).Allow("clone3").Allow("socket").If(profile.Arg(0).Equal(1)), "the runtimes don't look"},
		{"socketcall last", x86().Deny(errno.EACCES, "socket").Allow("socketcall"), "rule 1: not representable: on x86 the runtimes let the rule of socketcall decide about socket"},
		{"socketcall of the default", x86().Deny(errno.EPERM, "socketcall").Allow("socket"), "decide about socket"},
		{"ipc by number", x86().Allow("msgget"), "on x86 the runtimes know msgget through ipc only by part of its numbers"},
		{"socketcall by number", exportable(eperm, arch.PPC64LE).Allow("socket", "clone3"), "through socketcall only by part of its numbers; a rule must give socketcall itself a verdict"},
		{"socketcall with conditions", x86().Allow("socketcall").If(reg(1).Equal(1)).Do(profile.Log(), "socket"), "decide about socket"},
		{"unspecified", exportable(eperm, arch.AArch64).Allow("open").Allow("mmap").If(reg(1).Equal(1)), "on aarch64, which has no number of its own for open"},
		{"hidden by ENOSYS", exportable(eperm, arch.X86).Allow("read", "socket"), "runc would answer ENOSYS to socket"},
	})
}

func TestMarshalDocument(t *testing.T) {
	p := exportable(profile.Errno(errno.ENOSYS), arch.X86_64).Allow("read")
	p.Flags = []profile.Flag{profile.FlagLog}
	p.ListenerPath, p.ListenerMetadata = "/run/x", "y"
	text, err := oci.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	d, err := oci.Parse(text, oci.ParseOptions{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	if d.DefaultAction.Kind != profile.KindErrno || d.DefaultErrno.Errno != 38 || !slices.Equal(d.Architectures, p.Arches) ||
		!slices.Equal(d.Flags, p.Flags) || d.ListenerPath != "/run/x" || d.ListenerMetadata != "y" {
		t.Errorf("%s is read as %+v", text, d)
	}
	// No flags are not the same as no key: then runtimes would set one.
	p.Flags = nil
	if text, err = oci.Marshal(p); err != nil || !strings.Contains(string(text), `"flags": []`) {
		t.Errorf("%s, %v: no empty flags", text, err)
	}
}

func TestMarshalNamesEveryRule(t *testing.T) {
	p := exportable(profile.Errno(errno.EPERM), arch.X86_64).
		Allow("read").
		Rule(profile.Rule{Numbers: []profile.NumberRange{{First: 1, Last: 2}}, Comment: "why"}).
		Do(profile.Trap(3), "write")
	_, err := oci.Marshal(p)
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("error %v", err)
	}
	var got []int
	for _, e := range joined.Unwrap() {
		var r *profile.RuleError
		if errors.As(e, &r) {
			got = append(got, r.Rule)
		}
	}
	if !slices.Equal(got, []int{1, 2}) {
		t.Errorf("rules %v are named: %v", got, err)
	}
}

// TestNamesAreCalls holds what Marshal takes for granted: rules of different
// names are rules of different calls, on every ABI.
func TestNamesAreCalls(t *testing.T) {
	names := make(map[string]bool)
	for _, a := range arch.All() {
		for _, name := range syscalls.All(a) {
			names[name] = true
		}
	}
	for _, a := range arch.All() {
		byNumber := make(map[uint32]string)
		for name := range names {
			nr, ok := syscalls.Lookup(a, name)
			if other := byNumber[nr]; ok && other != "" {
				t.Errorf("%s and %s are both %d on %v", name, other, nr, a)
			} else if ok {
				byNumber[nr] = name
			}
		}
	}
}

// TestMarshalEmptyArches holds that an empty list of ABIs is the same as none.
func TestMarshalEmptyArches(t *testing.T) {
	p := exportable(profile.Log()).Allow("read")
	want := compact(p)
	p.Arches = []arch.Arch{}
	if got := compact(p); got != want || got != "read ALLOW" {
		t.Errorf("got %q, without a list %q", got, want)
	}
}
