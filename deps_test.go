package portcullis_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const (
	module = "github.com/portcullis-go/portcullis"
	xbpf   = "golang.org/x/net/bpf"
	xunix  = "golang.org/x/sys/unix"
	gocmp  = "github.com/google/go-cmp"
)

// mayImport is what each package imports besides the standard library; paths
// without a dot are of this module. A package that isn't here fails the test, and
// so does a line or an import that nobody uses: the table is what the library is,
// and a change of it is a decision.
var mayImport = map[string][]string{
	"":                           {"profile", "compile", "install"},
	"arch":                       {"internal/spell"},
	"arch/errno":                 {"arch", "internal/spell"},
	"syscalls":                   {"arch", "internal/spell"},
	"profile":                    {"arch", "arch/errno"},
	"profile/oci":                {"arch", "arch/errno", "syscalls", "profile", "internal/jsontree", "internal/spell"},
	"compile":                    {"arch", "syscalls", "profile", "internal/cbpf", "internal/decision", "internal/diagram", "internal/layout", "internal/radix", "internal/search", xbpf},
	"compile/compiletest":        {"arch", "profile", "compile"},
	"install":                    {"internal/cbpf", "internal/spell", "internal/sys", xbpf},
	"internal/cbpf":              {xbpf},
	"internal/decision":          {"internal/cbpf", "internal/radix"},
	"internal/diagram":           {"internal/cbpf", "internal/radix", xbpf},
	"internal/golden":            nil,
	"internal/jsontree":          nil,
	"internal/kerneltest":        nil,
	"internal/layout":            {"internal/cbpf", "internal/decision", xbpf},
	"internal/longtest":          nil,
	"internal/radix":             nil,
	"internal/search":            {"internal/decision"},
	"internal/spell":             nil,
	"internal/sys":               {xunix},
	"internal/cmd/comparetables": {"arch", "syscalls"},
	"internal/cmd/csv2go":        {"arch"},
	"internal/cmd/kernel2csv":    {"arch"},
}

// mayImportUnder is the same for whole directories, whose packages share a grant:
// examples use what users can, generators the tables.
var mayImportUnder = []struct {
	dir     string
	imports []string
}{
	{"examples/", []string{"arch", "arch/errno", "syscalls", "profile", "profile/oci", "compile", "install", "examples/internal/input", xunix}},
}

// mayImportInTests is what tests import besides the standard library and packages
// of this module, subpackages included.
var mayImportInTests = []string{xbpf, xunix, gocmp}

// listed is what `go list -json` says of a package, as far as it matters here.
type listed struct {
	ImportPath   string
	Dir          string
	Name         string
	Export       string
	GoFiles      []string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// goList runs `go list -json` for a system, with the given arguments.
func goList(t *testing.T, goos string, args ...string) []listed {
	t.Helper()
	cmd := exec.Command(goTool(t), append([]string{"list", "-json=ImportPath,Dir,Name,Export,GoFiles,Imports,TestImports,XTestImports"}, args...)...)
	cmd.Env = append(os.Environ(), "GOOS="+goos)
	if goos != "linux" {
		cmd.Env = append(cmd.Env, "GOARCH=amd64")
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, stderr.Bytes())
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// goTool returns the go command. These tests are about the source tree: without
// the command, as in a browser, there is nothing that they could look at.
func goTool(t *testing.T) string {
	t.Helper()
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skipf("no go command: %v", err)
	}
	return tool
}

// TestImports holds the shape of the library: who may know whom.
func TestImports(t *testing.T) {
	used := map[string]bool{} // "package imports path" for each use of a grant
	for _, goos := range []string{"linux", "darwin", "windows"} {
		for _, p := range goList(t, goos, "./...") {
			t.Run(goos+"/"+relative(p.ImportPath), func(t *testing.T) {
				checkImports(t, p, used)
				checkTestImports(t, p, used)
			})
		}
	}
	for _, g := range grants() {
		if !used[g] {
			t.Errorf("the table of imports has a grant that nobody uses: %q", g)
		}
	}
}

// checkImports reports the imports of a package that the table doesn't grant.
func checkImports(t *testing.T, p listed, used map[string]bool) {
	rel := relative(p.ImportPath)
	line, granted, ok := lineOf(rel)
	if !ok {
		t.Errorf("%s: not in the table of imports", rel)
	}
	used[grant(line, "")] = true
	for _, imp := range p.Imports {
		to := relative(imp)
		switch {
		case imp == "testing" && !strings.HasSuffix(rel, "test"):
			t.Errorf("%s imports testing", rel)
		case isStd(imp):
		case slices.Contains(granted, to):
			used[grant(line, to)] = true
		case strings.HasPrefix(to+"/", rel+"/"):
			t.Errorf("%s imports its child %s", rel, to)
		default:
			t.Errorf("%s imports %s", rel, to)
		}
	}
}

// checkTestImports does the same for the tests of a package.
func checkTestImports(t *testing.T, p listed, used map[string]bool) {
	for _, imp := range slices.Concat(p.TestImports, p.XTestImports) {
		if isStd(imp) || imp == module || strings.HasPrefix(imp, module+"/") {
			continue
		}
		i := slices.IndexFunc(mayImportInTests, func(m string) bool {
			return imp == m || strings.HasPrefix(imp, m+"/")
		})
		if i < 0 {
			t.Errorf("a test of %s imports %s", relative(p.ImportPath), imp)
			continue
		}
		used[grant("tests", mayImportInTests[i])] = true
	}
}

// lineOf returns the name and the imports of the line of the table that is for a
// package.
func lineOf(rel string) (line string, granted []string, ok bool) {
	if granted, ok = mayImport[rel]; ok {
		return rel, granted, true
	}
	for _, d := range mayImportUnder {
		if strings.HasPrefix(rel, d.dir) {
			return d.dir, d.imports, true
		}
	}
	return "", nil, false
}

// grant names one import of a line. Without an import it names the line itself.
func grant(line, imp string) string { return strings.TrimSpace(line + " imports " + imp) }

// grants returns all that the table has.
func grants() []string {
	var all []string
	add := func(line string, imports []string) {
		all = append(all, grant(line, ""))
		for _, imp := range imports {
			all = append(all, grant(line, imp))
		}
	}
	for rel, imports := range mayImport {
		add(rel, imports)
	}
	for _, d := range mayImportUnder {
		add(d.dir, d.imports)
	}
	for _, imp := range mayImportInTests {
		all = append(all, grant("tests", imp))
	}
	slices.Sort(all)
	return all
}

// relative shortens the path of a package of this module.
func relative(importPath string) string {
	if importPath == module {
		return ""
	}
	return strings.TrimPrefix(importPath, module+"/")
}

func isStd(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

// TestRequirements keeps the module's dependencies at three.
func TestRequirements(t *testing.T) {
	out, err := exec.Command(goTool(t), "mod", "edit", "-json").Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct {
		Require []struct{ Path string }
		Replace []any
		Tool    []any
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range mod.Require {
		got = append(got, r.Path)
	}
	slices.Sort(got)
	if want := []string{gocmp, path.Dir(xbpf), path.Dir(xunix)}; !slices.Equal(got, want) {
		t.Errorf("go.mod requires %q, want %q", got, want)
	}
	if len(mod.Replace)+len(mod.Tool) > 0 {
		t.Error("go.mod has a replace or tool directive")
	}
}

// TestLeaf holds what package install promises: it brings no tables along.
func TestLeaf(t *testing.T) {
	for _, p := range goList(t, "linux", "-deps", "./install") {
		switch rel := relative(p.ImportPath); rel {
		case "profile", "compile", "syscalls":
			t.Errorf("install depends on %s", rel)
		}
	}
}
