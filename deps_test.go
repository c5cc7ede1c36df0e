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
// without a dot are of this module. A package that isn't here fails the test:
// a new one needs a decision.
var mayImport = map[string][]string{
	"":                           nil,
	"arch":                       {"internal/spell"},
	"arch/errno":                 {"arch", "internal/spell"},
	"syscalls":                   {"arch", "internal/spell"},
	"profile":                    {"arch", "arch/errno"},
	"profile/oci":                {"arch", "arch/errno", "syscalls", "profile", "internal/jsontree", "internal/spell"},
	"profile/lint":               {"arch", "arch/errno", "syscalls", "profile", "compile"},
	"profile/record":             {"arch", "syscalls", "profile"},
	"compile":                    {"arch", "arch/errno", "syscalls", "profile", "internal/cbpf", "internal/decision", "internal/diagram", "internal/layout", "internal/search", xbpf},
	"compile/compiletest":        {"arch", "arch/errno", "profile", "compile"},
	"install":                    {"internal/cbpf", "internal/spell", "internal/sys", xbpf},
	"internal/cbpf":              {xbpf},
	"internal/decision":          {"internal/cbpf"},
	"internal/diagram":           {"internal/cbpf", xbpf},
	"internal/golden":            nil,
	"internal/jsontree":          nil,
	"internal/layout":            {"internal/cbpf", "internal/decision", xbpf},
	"internal/longtest":          nil,
	"internal/search":            {"internal/decision"},
	"internal/spell":             nil,
	"internal/sys":               {xunix},
	"internal/cmd/comparetables": {"arch", "syscalls"},
	"internal/cmd/csv2go":        {"arch"},
	"internal/cmd/kernel2csv":    {"arch"},
}

// mayImportUnder is the same for whole directories. Examples use what users
// can, tools what the generator of their kind needs.
var mayImportUnder = []struct {
	dir     string
	imports []string
}{
	{"examples/", []string{"arch", "arch/errno", "syscalls", "profile", "profile/oci", "compile", "install", "examples/internal/input", xbpf, xunix}},
}

// mayImportInTests is what tests import besides packages of this module.
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
	for _, goos := range []string{"linux", "darwin", "windows"} {
		for _, p := range goList(t, goos, "./...") {
			rel := relative(p.ImportPath)
			allowed, ok := allowedImports(rel)
			if !ok {
				t.Errorf("%s: not in the table of imports", rel)
			}
			for _, imp := range p.Imports {
				switch {
				case imp == "testing" && !strings.HasSuffix(rel, "test"):
					t.Errorf("%s (%s) imports testing", rel, goos)
				case isStd(imp) || slices.Contains(allowed, relative(imp)):
				case strings.HasPrefix(relative(imp)+"/", rel+"/"):
					t.Errorf("%s (%s) imports its child %s", rel, goos, relative(imp))
				default:
					t.Errorf("%s (%s) imports %s", rel, goos, imp)
				}
			}
			for _, imp := range slices.Concat(p.TestImports, p.XTestImports) {
				ours := imp == module || strings.HasPrefix(imp, module+"/")
				known := slices.ContainsFunc(mayImportInTests, func(m string) bool {
					return imp == m || strings.HasPrefix(imp, m+"/")
				})
				if !ours && !known && !isStd(imp) {
					t.Errorf("a test of %s (%s) imports %s", rel, goos, imp)
				}
			}
		}
	}
}

func allowedImports(rel string) (allowed []string, ok bool) {
	if allowed, ok = mayImport[rel]; ok {
		return allowed, true
	}
	for _, d := range mayImportUnder {
		if strings.HasPrefix(rel, d.dir) {
			return d.imports, true
		}
	}
	return nil, false
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
