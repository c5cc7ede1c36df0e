package portcullis_test

import (
	"bytes"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/internal/kerneltest"
)

// The code in README.md and docs/ is tested as it stands there.
//
// A go block with a package clause is a file of its own: a program, or a test that
// is run. Another one is a fragment. The fragments of a section are statements of
// one function, each in a scope inside the one before, so that a fragment may use
// what an earlier one declared. What a reader has to bring is declared in an HTML
// comment before the block:
//
//	<!-- given: var weights compile.Weights -->
//
// Imports of fragments are added by name. A text block after a go block is what
// the program or the fragment prints; others are compiled and vetted, not run.
//
// A console block has commands after "$ ", each with what it prints. Those
// without output aren't run. What a block needs besides Linux is a comment:
//
//	<!-- needs: seccomp loopback amd64 -->

// TestSnippets compiles all go blocks, in a module that requires this one as a
// user's does, and runs those whose output is given.
func TestSnippets(t *testing.T) {
	dir := snippetModule(t)
	var outputs []output
	for _, file := range documents(t) {
		outputs = append(outputs, writeSnippets(t, dir, file)...)
	}
	goCommand(t, dir, "vet", "./...")
	if runtime.GOOS != "linux" {
		return // the code is for Linux; that it compiles was tested
	}
	goCommand(t, dir, "test", "-vet=off", "./...")
	bin := tempDir(t)
	goCommand(t, dir, "build", "-buildvcs=false", "-o", bin+string(filepath.Separator), "./...")
	for _, o := range outputs {
		t.Run(fmt.Sprintf("%s:%d", o.file, o.line), func(t *testing.T) { o.check(t, bin) })
	}
}

// writeSnippets writes the go blocks of a document into the module, and returns
// what they are said to print.
func writeSnippets(t *testing.T, dir, file string) (outputs []output) {
	w := newFragmentWriter(t)
	all := blocks(t, file)
	for i, b := range all {
		want := ""
		if i+1 < len(all) && all[i+1].lang == "text" {
			want = all[i+1].text
		}
		switch {
		case b.lang != "go":
			checkLang(t, b)
		case !strings.Contains("\n"+b.text, "\npackage "):
			w.add(b, want)
		default:
			program := writeFile(t, dir, b)
			if want != "" {
				outputs = append(outputs, output{block: b, program: program, want: want})
			}
		}
	}
	return append(outputs, w.write(dir, strings.TrimSuffix(filepath.Base(file), ".md"))...)
}

// checkLang reports blocks that no test would look at.
func checkLang(t *testing.T, b block) {
	t.Helper()
	switch b.lang {
	case "text", "console", "sh", "json":
	default:
		t.Errorf("%s:%d: a block of %q: say go, text, console, sh or json", b.file, b.line, b.lang)
	}
}

// snippetModule makes a module that requires this one.
func snippetModule(t *testing.T) string {
	t.Helper()
	dir, root := t.TempDir(), moduleRoot(t)
	mod := strings.Replace(readFile(t, "go.mod"), "module "+module, "module snippets", 1) +
		fmt.Sprintf("\nrequire %s v0.0.0\nreplace %[1]s => %q\n", module, root)
	for name, text := range map[string]string{"go.mod": mod, "go.sum": readFile(t, "go.sum")} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func moduleRoot(t *testing.T) string {
	t.Helper()
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func goCommand(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command(goTool(t), args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	if runtime.GOOS != "linux" {
		cmd.Env = append(cmd.Env, "GOOS=linux", "GOARCH=amd64")
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// writeFile writes a block that is a whole file, and returns the name of its
// package's directory.
func writeFile(t *testing.T, dir string, b block) (name string) {
	t.Helper()
	name = fmt.Sprintf("%s%d", strings.TrimSuffix(filepath.Base(b.file), ".md"), b.line)
	file := "main.go"
	if strings.Contains(b.text, `"testing"`) {
		file = "snippet_test.go"
	}
	writeGo(t, filepath.Join(dir, name), file, fmt.Sprintf("//line %s:%d\n%s", b.file, b.line, b.text))
	return name
}

func writeGo(t *testing.T, dir, file, text string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// An output is what a program, or a fragment in it, is said to print.
type output struct {
	block
	program string
	mark    string // what is printed before and after a fragment; "" for a program
	want    string
}

func (o output) check(t *testing.T, bin string) {
	if strings.Contains(o.text, "portcullis.Confine") || strings.Contains(o.text, "install.Load") {
		need(t, "seccomp")
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(filepath.Join(bin, o.program))
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Errorf("%v\n%s%s", err, stdout.Bytes(), stderr.Bytes())
	}
	got := stdout.String()
	if o.mark != "" {
		parts := strings.Split(got, o.mark)
		if len(parts) != 3 {
			t.Fatalf("the fragment didn't come to its end:\n%s", got)
		}
		got = parts[1]
	}
	if !matches(o.want, got) {
		t.Errorf("it prints:\n%swant:\n%s", got, o.want)
	}
}

// A fragmentWriter makes one program of the fragments of a document: a function
// for each section.
type fragmentWriter struct {
	t        *testing.T
	packages map[string]string // paths by name
	imports  map[string]bool   // paths
	sections []*section
	outputs  []output
}

// A section is the function that its fragments become.
type section struct {
	number int
	body   strings.Builder
	depth  int
	prints bool
}

func newFragmentWriter(t *testing.T) *fragmentWriter {
	packages := map[string]string{"bpf": xbpf, "unix": xunix, "exec": "os/exec"}
	for _, path := range []string{"errors", "fmt", "io", "log", "os", "strings"} {
		packages[path] = path
	}
	for _, p := range goList(t, runtime.GOOS, "./...") {
		if isLibrary(p) {
			packages[p.Name] = p.ImportPath
		}
	}
	return &fragmentWriter{t: t, packages: packages, imports: map[string]bool{"fmt": true}}
}

// add appends a fragment to its section.
func (w *fragmentWriter) add(b block, want string) {
	if len(w.sections) == 0 || w.sections[len(w.sections)-1].number != b.section {
		w.sections = append(w.sections, &section{number: b.section})
	}
	s := w.sections[len(w.sections)-1]
	s.depth++
	fmt.Fprintln(&s.body, "{")
	if _, given, ok := strings.Cut(b.comment, "given:"); ok {
		s.statements(w, given, b)
	}
	mark := ""
	if want != "" {
		s.prints = true
		mark = fmt.Sprintf("\n--- %s:%d ---\n", b.file, b.line)
		w.outputs = append(w.outputs, output{block: b, mark: mark, want: want})
		fmt.Fprintf(&s.body, "fmt.Print(%q)\n", mark)
	}
	s.statements(w, b.text, b)
	if want != "" {
		fmt.Fprintf(&s.body, "fmt.Print(%q)\n", mark)
	}
}

// statements appends code and uses what it declares, so that the compiler doesn't
// ask for it.
func (s *section) statements(w *fragmentWriter, code string, b block) {
	f, err := parser.ParseFile(token.NewFileSet(), "", "package p; func _() {\n"+code+"\n}", 0)
	if err != nil {
		w.t.Errorf("the fragment at %s:%d: %v", b.file, b.line, err)
		return
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && w.packages[x.Name] != "" {
				w.imports[w.packages[x.Name]] = true
			}
		}
		return true
	})
	fmt.Fprintf(&s.body, "//line %s:%d\n%s\n", b.file, b.line, code)
	for _, name := range declared(f.Decls[0].(*ast.FuncDecl).Body) {
		fmt.Fprintf(&s.body, "_ = %s\n", name)
	}
}

// declared returns the variables that statements declare.
func declared(body *ast.BlockStmt) []string {
	var names []ast.Expr
	for _, stmt := range body.List {
		switch stmt := stmt.(type) {
		case *ast.AssignStmt:
			if stmt.Tok == token.DEFINE {
				names = append(names, stmt.Lhs...)
			}
		case *ast.DeclStmt:
			for _, spec := range stmt.Decl.(*ast.GenDecl).Specs {
				for _, id := range spec.(*ast.ValueSpec).Names {
					names = append(names, id)
				}
			}
		}
	}
	var used []string
	for _, e := range names {
		if name := e.(*ast.Ident).Name; name != "_" {
			used = append(used, name)
		}
	}
	return used
}

// write writes the program and returns what it is said to print.
func (w *fragmentWriter) write(dir, name string) []output {
	if len(w.sections) == 0 {
		return nil
	}
	var b strings.Builder
	fmt.Fprintln(&b, "package main")
	for _, path := range slices.Sorted(maps.Keys(w.imports)) {
		fmt.Fprintf(&b, "import %q\n", path)
	}
	fmt.Fprintln(&b, "func main() {\nfmt.Print()")
	for _, s := range w.sections {
		if s.prints {
			fmt.Fprintf(&b, "section%d()\n", s.number)
		}
	}
	fmt.Fprintln(&b, "}")
	for _, s := range w.sections {
		fmt.Fprintf(&b, "func section%d() %s%s\n", s.number, s.body.String(), strings.Repeat("}", s.depth))
	}
	writeGo(w.t, filepath.Join(dir, name), "main.go", b.String())
	for i := range w.outputs {
		w.outputs[i].program = name
	}
	return w.outputs
}

// TestConsole runs the commands of console blocks that show what they print.
func TestConsole(t *testing.T) {
	for _, file := range documents(t) {
		for _, b := range blocks(t, file) {
			for _, c := range commands(b) {
				t.Run(c.line, func(t *testing.T) { c.check(t, b) })
			}
		}
	}
}

// A command is a line of a console block with what follows it.
type command struct{ line, output string }

// commands returns the commands of a console block that print something.
func commands(b block) []command {
	if b.lang != "console" {
		return nil
	}
	var all []command
	for line := range strings.Lines(b.text) {
		if cmd, ok := strings.CutPrefix(line, "$ "); ok {
			all = append(all, command{line: strings.TrimSpace(cmd)})
		} else if len(all) > 0 {
			all[len(all)-1].output += line
		}
	}
	return slices.DeleteFunc(all, func(c command) bool { return c.output == "" })
}

func (c command) check(t *testing.T, b block) {
	if runtime.GOOS != "linux" {
		t.Skip("the documentation shows what commands print on Linux")
	}
	goTool(t)
	if _, needs, ok := strings.Cut(b.comment, "needs:"); ok {
		for what := range strings.FieldsSeq(needs) {
			need(t, what)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "sh", "-c", c.line).CombinedOutput()
	if !matches(c.output, string(out)) {
		t.Errorf("%s:%d: %v: it prints:\n%swant:\n%s", b.file, b.line, err, out, c.output)
	}
}

// need skips a test where the system lacks something.
func need(t *testing.T, what string) {
	t.Helper()
	switch what {
	case "seccomp":
		kerneltest.NeedFilters(t)
		if err := install.Supported(); err != nil {
			t.Skip(err)
		}
	case "loopback":
		all, err := net.Interfaces()
		if err != nil {
			t.Fatal(err)
		}
		const up = net.FlagLoopback | net.FlagUp
		if !slices.ContainsFunc(all, func(i net.Interface) bool { return i.Flags&up == up }) {
			t.Skip("no loopback interface is up")
		}
	default:
		if what != runtime.GOARCH {
			t.Skipf("the output is that of %s", what)
		}
	}
}
