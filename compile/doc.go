// Package compile turns a profile into a seccomp filter: a classic BPF program that
// gives every system call exactly the verdict that the profile gives it.
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
// [Compile] runs these stages in this order. Each is a file or a package of its name;
// what it relies on stands beside it.
//
//	resolve   names → numbers, actions → return values, for each ABI
//	decide    rules → a decision for each number, in one DAG            internal/decision
//	rewrite   argument decisions → each word tested once on any path    internal/decision
//	weigh     how often each call is expected to run the filter
//	dispatch  intervals of numbers → decision trees in that DAG         internal/search
//	layout    DAG → instructions                                        internal/layout
//	check     the program obeys the kernel's rules for filters          internal/cbpf
//	prove     the program means what the profile means                  internal/diagram
//
// The proof is exact and covers every input. The profile's meaning is built straight
// from its rules (semantics.go), the program's by symbolic execution of its
// instructions, both as canonical decision diagrams. If they aren't the same diagram,
// Compile returns an error with a call on which they differ, and no program.
//
// [Program.Explain] goes the other way: a program's meaning becomes conditions again
// (explaincond.go), and these become rules (explain.go).
//
// Stages read nothing but the profile and the options, so equal input gives equal
// bytes on every machine. Rewrite, weigh and much of dispatch and layout only make
// programs shorter or faster; Options.NoOptimize leaves that out.
//
// # Performance
//
// Since Linux 5.11 the kernel evaluates each new filter once per system call number,
// knowing only number and architecture. If that alone leads to ALLOW, it caches the
// answer and never runs the filter for that call again; see [Program.Cacheable]. The
// compiler therefore decides calls that are always allowed before it loads any
// argument.
//
// Numbers are dispatched through a decision tree that mixes range tests (jge) and
// equality tests (jeq), chosen to minimise the expected path length. Every call with a
// name is expected; most of all those of the target's own ABI, and those whose
// arguments are tested more than others. [Weights], which were recorded of a program,
// outweigh these guesses. [Program.Stats] tells how long the paths became.
//
// # What a call matches
//
// Audit architecture and number together tell a call's ABI. The numbers 0x40000000
// to 0xfffffffe of x86_64's audit architecture are X32's; where a filter covers only
// one of the two, calls of the other get Profile.BadArch, as calls through any other
// ABI do. The number 0xffffffff (-1), which a tracer writes to skip a call, belongs to
// no ABI: it matches rules that give that number, and otherwise gets the default.
//
// Calls through socketcall(2) and ipc(2) match the name of the sub-call, as
// [profile.Rule] describes under Direct.
//
// # Which bits are compared
//
// [profile.Width] decides how many low bits b of an argument a test looks at.
// The constant must fit: it must be below 1<<b, or be the sign extension of its
// low b bits (so that -1 and ^3 mean what they mean in C). Any other constant is a
// [ValueError], with one exception: on an ABI with 32-bit longs, where a long and
// an int look alike, a 32-bit argument is compared with the constant as it is, so that
// a limit of 1<<40 on a size admits every size there. Widths that truncate by
// definition (Low32, Long) drop the upper bits of constants and masks.
package compile
