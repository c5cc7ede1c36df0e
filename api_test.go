package portcullis_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/portcullis-go/portcullis/internal/golden"
	"github.com/portcullis-go/portcullis/internal/longtest"
)

// TestAPI compares everything that the module exports with testdata/api.txt, so
// that a change of it is seen and meant.
func TestAPI(t *testing.T) {
	golden.Compare(t, "api.txt", exportedAPI(t, runtime.GOOS))
}

// TestAPISystems holds that the API is the same on every system. It compiles the
// standard library for each of them.
func TestAPISystems(t *testing.T) {
	longtest.Skip(t)
	for _, goos := range []string{"linux", "darwin", "windows"} {
		t.Run(goos, func(t *testing.T) { golden.Compare(t, "api.txt", exportedAPI(t, goos)) })
	}
}

// isLibrary reports whether a package is there for others to import.
func isLibrary(p listed) bool {
	return p.Name != "main" && !strings.Contains(p.ImportPath+"/", "/internal/")
}

// exportedAPI returns the API on a system, a declaration a line, from what the
// compiler writes for importers.
func exportedAPI(t *testing.T, goos string) string {
	t.Helper()
	var library []string
	for _, p := range goList(t, goos, "./...") {
		if isLibrary(p) {
			library = append(library, p.ImportPath)
		}
	}
	all := goList(t, goos, slices.Concat([]string{"-export", "-deps"}, library)...)
	exports := map[string]string{}
	for _, p := range all {
		exports[p.ImportPath] = p.Export
	}
	imp := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	var out []string
	for _, p := range all {
		if !strings.HasPrefix(p.ImportPath+"/", module+"/") || !isLibrary(p) {
			continue
		}
		pkg, err := imp.Import(p.ImportPath)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range packageAPI(pkg) {
			out = append(out, fmt.Sprintf("%s: %s\n", cmp.Or(relative(p.ImportPath), pkg.Name()), line))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "")
}

// packageAPI returns the exported declarations of a package.
func packageAPI(pkg *types.Package) []string {
	// Other packages go by their last element, as in source.
	short := func(p *types.Package) string {
		if p == pkg {
			return ""
		}
		return p.Name()
	}
	var api []string
	for _, name := range pkg.Scope().Names() {
		obj := pkg.Scope().Lookup(name)
		if !obj.Exported() {
			continue
		}
		switch obj := obj.(type) {
		case *types.Const:
			api = append(api, constAPI(obj, short))
		case *types.TypeName:
			api = append(api, typeAPI(obj, short)...)
		default:
			api = append(api, types.ObjectString(obj, short))
		}
	}
	return api
}

// constAPI leaves out the values of named errors: package arch says that they
// may change.
func constAPI(c *types.Const, short types.Qualifier) string {
	s := "const " + c.Name() + " " + types.TypeString(c.Type(), short)
	if c.Pkg().Name() == "errno" && strings.HasSuffix(s, " Errno") {
		return s
	}
	return s + " = " + c.Val().String()
}

// typeAPI returns a type, its exported fields and its exported methods.
func typeAPI(tn *types.TypeName, short types.Qualifier) []string {
	head := "type " + tn.Name()
	var api []string
	if tn.IsAlias() {
		named, ok := types.Unalias(tn.Type()).(*types.Named)
		api = append(api, head+" = "+types.TypeString(types.Unalias(tn.Type()), short))
		if !ok || !strings.Contains(named.Obj().Pkg().Path(), "/internal/") {
			return api // it is listed where it is declared
		}
	}
	switch u := tn.Type().Underlying().(type) {
	case *types.Struct:
		api = append(api, head+" struct")
		for f := range u.Fields() {
			if f.Exported() {
				api = append(api, head+", field "+f.Name()+" "+types.TypeString(f.Type(), short))
			}
		}
	case *types.Interface:
		api = append(api, head+" interface")
		for m := range u.Methods() {
			api = append(api, head+", needs "+m.Name()+strings.TrimPrefix(types.TypeString(m.Type(), short), "func"))
		}
	default:
		api = append(api, head+" "+types.TypeString(u, short))
	}
	methods := types.NewMethodSet(types.NewPointer(tn.Type()))
	if types.IsInterface(tn.Type()) {
		methods = types.NewMethodSet(types.NewStruct(nil, nil)) // they are listed already
	}
	for m := range methods.Methods() {
		if fn := m.Obj().(*types.Func); fn.Exported() {
			recv := types.TypeString(fn.Signature().Recv().Type(), short)
			api = append(api, "method ("+recv+") "+fn.Name()+strings.TrimPrefix(types.TypeString(fn.Type(), short), "func"))
		}
	}
	return api
}

// TestDocs finds exported names that no comment explains, exported variables
// that are no errors, and init functions.
func TestDocs(t *testing.T) {
	for _, p := range goList(t, "linux", "./...") {
		if !isLibrary(p) {
			continue
		}
		fset := token.NewFileSet()
		documented := false
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			documented = documented || f.Doc != nil
			c := docChecker{t: t, pkg: relative(p.ImportPath), fset: fset}
			for _, d := range f.Decls {
				c.decl(d)
			}
		}
		if !documented {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

type docChecker struct {
	t    *testing.T
	pkg  string
	fset *token.FileSet
}

func (c docChecker) errorf(n ast.Node, format string, args ...any) {
	c.t.Helper()
	pos := c.fset.Position(n.Pos())
	c.t.Errorf("%s/%s:%d: %s", c.pkg, filepath.Base(pos.Filename), pos.Line, fmt.Sprintf(format, args...))
}

func (c docChecker) decl(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		c.funcDecl(d)
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				c.typeSpec(s, d.Doc.Text()+s.Doc.Text())
			case *ast.ValueSpec:
				// A comment on a group of constants speaks for all of them.
				c.valueSpec(s, d.Doc != nil || s.Doc != nil || s.Comment != nil, d.Tok == token.VAR)
			}
		}
	}
}

func (c docChecker) funcDecl(d *ast.FuncDecl) {
	name := d.Name.Name
	if d.Recv == nil && name == "init" {
		c.errorf(d, "an init function")
	}
	if d.Recv != nil {
		recv := receiver(d.Recv.List[0].Type)
		if !ast.IsExported(recv) {
			return
		}
		name = recv + "." + name
	}
	if d.Name.IsExported() && d.Doc == nil {
		c.errorf(d, "%s has no comment", name)
	}
}

func (c docChecker) valueSpec(s *ast.ValueSpec, commented, isVar bool) {
	for _, name := range s.Names {
		if !name.IsExported() {
			continue
		}
		if !commented {
			c.errorf(name, "%s has no comment", name.Name)
		}
		if isVar && !strings.HasPrefix(name.Name, "Err") {
			c.errorf(name, "%s is an exported variable", name.Name)
		}
	}
}

func (c docChecker) typeSpec(s *ast.TypeSpec, typeDoc string) {
	if !s.Name.IsExported() {
		return
	}
	if typeDoc == "" {
		c.errorf(s, "%s has no comment", s.Name.Name)
	}
	var fields *ast.FieldList
	switch typ := s.Type.(type) {
	case *ast.StructType:
		fields = typ.Fields
	case *ast.InterfaceType:
		fields = typ.Methods
	default:
		return
	}
	if len(fields.List) > 0 && c.oneLine(fields) {
		return // as in "struct{ First, Last uint32 }": the type's comment is theirs
	}
	text := typeDoc
	for _, f := range fields.List {
		text += " " + f.Doc.Text() + " " + f.Comment.Text()
	}
	for _, f := range fields.List {
		for _, name := range f.Names {
			if name.IsExported() && f.Doc == nil && f.Comment == nil && !mentions(text, name.Name) {
				c.errorf(name, "%s.%s has no comment", s.Name.Name, name.Name)
			}
		}
	}
}

// mentions reports whether a comment is about a name, too: one on a type or on
// a field often explains several.
func mentions(text, name string) bool {
	return slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), name)
}

func (c docChecker) oneLine(n ast.Node) bool {
	return c.fset.Position(n.Pos()).Line == c.fset.Position(n.End()).Line
}

func receiver(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiver(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
