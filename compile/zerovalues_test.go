package compile_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/profile"
)

// zeroValues are the zero values of all exported types.
func zeroValues() map[string]any {
	values := make(map[string]any)
	for _, v := range []any{
		compile.ABIExplanation{}, compile.ABIStats{}, compile.ArchError{}, compile.CallStats{}, compile.Change{}, compile.Changes{},
		compile.CheckError{}, compile.Counterexample{}, compile.Data{}, compile.Effort{}, compile.Explanation{}, compile.InternalError{},
		compile.LiftError{}, compile.MismatchError{}, compile.Note{}, compile.Options{},
		compile.Program{}, compile.RuleCost{}, compile.Stats{}, compile.StraceError{}, compile.SyscallError{}, compile.Target{},
		compile.TooLongError{}, compile.Trace{}, compile.ValueError{}, compile.Verdict{}, compile.Weight{}, compile.Weights{},
	} {
		values[reflect.TypeOf(v).Name()] = v
	}
	return values
}

// functions are all exported functions that take values of this module.
func functions() map[string]any {
	return map[string]any{
		"AtLeastAsStrict": compile.AtLeastAsStrict, "Call": compile.Call, "Compile": compile.Compile, "Decode": compile.Decode,
		"Diff": compile.Diff, "Equal": compile.Equal, "Evaluate": compile.Evaluate, "Exhaustive": compile.Exhaustive,
		"Flatten": compile.Flatten, "FromRaw": compile.FromRaw, "ParseCall": compile.ParseCall,
		"Restrict": compile.Restrict, "Verify": compile.Verify,
		"ParseStrace": func(a arch.Arch) { _, _ = compile.ParseStrace(strings.NewReader(""), a) },
	}
}

// exported returns the names of the package's exported types and functions.
func exported(t *testing.T) (types, funcs []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range f.Scope.Objects {
			switch {
			case !ast.IsExported(o.Name):
			case o.Kind == ast.Typ:
				types = append(types, o.Name)
			case o.Kind == ast.Fun:
				funcs = append(funcs, o.Name)
			}
		}
	}
	slices.Sort(types)
	slices.Sort(funcs)
	return types, funcs
}

// Zero values are safe: every method of every type and every function takes them.
func TestZeroValues(t *testing.T) {
	values, funcs := zeroValues(), functions()
	wantTypes, wantFuncs := exported(t)
	if got := slices.Sorted(maps.Keys(values)); !slices.Equal(got, wantTypes) {
		t.Errorf("the test has the types\n%q, the package\n%q", got, wantTypes)
	}
	if got := slices.Sorted(maps.Keys(funcs)); !slices.Equal(got, wantFuncs) {
		t.Errorf("the test has the functions\n%q, the package\n%q", got, wantFuncs)
	}
	for name, v := range values {
		p := reflect.New(reflect.TypeOf(v)) // has the methods of the value, too
		for i := range p.NumMethod() {
			t.Run(name+"."+p.Type().Method(i).Name, func(t *testing.T) { callZero(p.Method(i)) })
		}
	}
	for name, f := range funcs {
		t.Run(name, func(t *testing.T) { callZero(reflect.ValueOf(f)) })
	}
	for i, p := 0, reflect.ValueOf((*compile.Program)(nil)); i < p.NumMethod(); i++ {
		t.Run("nil Program."+p.Type().Method(i).Name, func(t *testing.T) { callZero(p.Method(i)) })
	}
}

// callZero calls a function with zero values.
func callZero(f reflect.Value) {
	var in []reflect.Value
	for i := range f.Type().NumIn() {
		in = append(in, reflect.Zero(f.Type().In(i)))
	}
	if f.Type().IsVariadic() {
		f.CallSlice(in)
		return
	}
	f.Call(in)
}

// No program has the strictest verdict, and is an error where there can be one.
func TestNoProgram(t *testing.T) {
	some := mustBuild(web(), arch.X86_64)
	for _, none := range []*compile.Program{nil, {}} {
		if none.Run(compile.Data{}) != profile.KillProcess() || none.Trace(compile.Data{}).Action() != profile.KillProcess() {
			t.Error("no program lets a call through")
		}
		if none.Cacheable(arch.X86_64, 0) || none.String() != "no program\n" || none.Stats(nil).Instructions != 0 {
			t.Error("no program does something")
		}
		for name, f := range map[string]func() error{
			"MarshalBinary":   func() error { _, err := none.MarshalBinary(); return err },
			"Explain":         func() error { _, err := none.Explain(); return err },
			"Equal":           func() error { _, err := compile.Equal(none, some); return err },
			"AtLeastAsStrict": func() error { _, err := compile.AtLeastAsStrict(some, none); return err },
			"Diff":            func() error { _, err := compile.Diff(none, none); return err },
			"Flatten":         func() error { _, err := compile.Flatten(some, none); return err },
			"Flatten nothing": func() error { _, err := compile.Flatten(); return err },
			"Verify":          func() error { return compile.Verify(none, web(), compile.Target{}) },
		} {
			if err := f(); !errors.Is(err, compile.ErrNoProgram) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if (compile.Trace{}).Action() != profile.KillProcess() || (compile.Explanation{}).Foreign != profile.KillProcess() {
		t.Error("a zero verdict lets a call through")
	}
}

// Errors of programs from elsewhere say which instruction is at fault.
func TestErrorPC(t *testing.T) {
	var check *compile.CheckError
	for pc, prog := range map[int]string{
		2:  "\x20\x00\x00\x00\x00\x00\x00\x00" + "\x20\x00\x00\x00\x04\x00\x00\x00" + "\x20\x00\x00\x00\x42\x00\x00\x00",
		0:  "\x20\x00\x00\x00\x00\x00\x00\x00",
		-1: "\x06\x00\x00",
	} {
		if _, err := compile.Decode([]byte(prog), arch.X86_64); !errors.As(err, &check) || check.PC != pc || check.Reason == "" {
			t.Errorf("%q: %v, want an error at %d", prog, err, pc)
		}
	}
}
