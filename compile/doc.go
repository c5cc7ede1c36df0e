// Package compile turns a profile into a seccomp filter: a program of classic
// BPF that gives every system call exactly the verdict that the profile gives
// it.
//
//	prog, err := compile.Compile(p, compile.Options{})
//	...
//	err = install.Load(prog.Raw(), install.Options{})
//
// The target is an argument. A filter for any ABI can be made, run, traced and
// read on any machine and operating system.
//
// # Stages
//
//	resolve    names → numbers, errors → their numbers, by ABI
//	decide     rules → a decision for each number, in one DAG over the words of seccomp_data
//	arguments  each word of an argument is looked at once on any way
//	weigh      how often calls are expected
//	dispatch   intervals of numbers → search trees in that DAG
//	layout     DAG → instructions: loads, jumps, returns
//	check      the kernel's own rules for filters
//	prove      the program's meaning = the profile's meaning
//
// The proof is exact and covers every input. The profile's meaning is built
// straight from its rules, the program's by executing its instructions with
// symbols, both as canonical decision diagrams; these are then the same or the
// program is not returned.
//
// A stage is a function of its input alone; equal input gives equal bytes on
// every machine. What the middle ones do to make programs short and fast are
// [Passes], of which each can be left out.
//
// # Short ways
//
// A filter runs at each system call but those that the kernel remembers: from
// Linux 5.11 on it runs a new filter once for each number, knowing nothing but
// the number and the ABI, and asks no more where that is enough to allow the
// call; see [Cacheable]. Calls that are always allowed are therefore decided
// before any argument is loaded, and cost time when the filter is installed.
//
// The way to a number is a search tree in which bounds and tests for equality
// are mixed, chosen by what it costs the calls that are expected: those of the
// target's own ABI, those with conditions more than others, and all with a name.
// [Weights] say it better, for the one program that was recorded. [Stats] tell
// what came of it.
//
// # What a call matches
//
// A call belongs to the ABI that its audit architecture and number say. The
// numbers 0x40000000 to 0xfffffffe of x86_64's audit architecture are X32's;
// where a filter covers only one of the two, calls of the other meet
// Profile.BadArch, as calls through any other ABI do. The number 0xffffffff
// (-1), which a tracer leaves behind when it skips a call, is no ABI's: it meets
// rules that name the number, and otherwise the default.
//
// Calls through socketcall(2) and ipc(2) are matched by the name of what they
// do, as [profile.Rule] describes under Direct.
//
// # Which bits are compared
//
// [profile.Width] decides how many low bits b of an argument a test looks at.
// The constant must fit: it must be below 1<<b, or be the sign extension of its
// low b bits (so that -1 and ^3 are what they are in C). Any other constant is a
// [ValueError], with one exception: on an ABI with 32-bit longs, where a long and
// an int are alike, an argument of 32 bits is compared as the number that it is,
// so that a limit of 1<<40 on a size admits every size there. Widths that truncate by
// definition (Low32, Long) drop the upper bits of constants and masks.
package compile
