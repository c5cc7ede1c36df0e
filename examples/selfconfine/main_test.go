package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/portcullis-go/portcullis/internal/kerneltest"
	"github.com/portcullis-go/portcullis/internal/longtest"
)

// asCommand is the environment variable that makes the test binary the command.
const asCommand = "PORTCULLIS_SELFCONFINE"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// command returns the command, as a program or, with "", as the test binary.
func command(t *testing.T, bin string, args ...string) *exec.Cmd {
	t.Helper()
	if bin == "" {
		var err error
		if bin, err = os.Executable(); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, bin, args...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	return cmd
}

func TestServer(t *testing.T) {
	kerneltest.NeedFilters(t)
	if runtime.GOOS != "linux" {
		out, err := command(t, "").CombinedOutput()
		if err == nil || !strings.Contains(string(out), "need Linux") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	needLoopback(t)
	t.Run("demonstration", func(t *testing.T) { testDemonstration(t, "") })
	t.Run("load", func(t *testing.T) { testLoad(t, "") })
}

// TestBuilds tests programs that ask different things of the kernel: with cgo a C
// library starts the threads, and on x86_64 a 32-bit program runs too.
func TestBuilds(t *testing.T) {
	kerneltest.NeedFilters(t)
	longtest.Skip(t)
	if runtime.GOOS != "linux" {
		t.Skip("filters need Linux")
	}
	needLoopback(t)
	builds := map[string][]string{"default": nil, "pure": {"CGO_ENABLED=0"}}
	if runtime.GOARCH == "amd64" {
		if runs386(t) {
			builds["386"] = []string{"CGO_ENABLED=0", "GOARCH=386"}
		} else {
			t.Log("this kernel runs no 32-bit x86 programs")
		}
	}
	for name, env := range builds {
		t.Run(name, func(t *testing.T) {
			bin := build(t, ".", env...)
			t.Run("demonstration", func(t *testing.T) { testDemonstration(t, bin) })
			t.Run("load", func(t *testing.T) { testLoad(t, bin) })
		})
	}
}

// build builds a package or a file, with variables added to the environment.
func build(t *testing.T, what string, env ...string) string {
	t.Helper()
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skipf("no go command: %v", err)
	}
	dir, err := os.MkdirTemp(os.Getenv("GOTMPDIR"), "selfconfine")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	bin := filepath.Join(dir, "program")
	cmd := exec.Command(tool, "build", "-buildvcs=false", "-o", bin, what)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build, with %q: %v\n%s", env, err, out)
	}
	return bin
}

// runs386 finds out whether the kernel runs 32-bit x86 programs.
func runs386(t *testing.T) bool {
	src := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(src, []byte("package main\nfunc main() {}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	return exec.Command(build(t, src, "CGO_ENABLED=0", "GOARCH=386")).Run() == nil
}

// needLoopback skips a test where no loopback interface is up, as in a fresh
// network namespace.
func needLoopback(t *testing.T) {
	t.Helper()
	ln, conn, err := loopback()
	if errors.Is(err, errNoLoopback) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	ln.Close()
}

func testDemonstration(t *testing.T, bin string) {
	out, err := command(t, bin).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for _, want := range []string{
		"installed a filter on every thread",
		"GET /: 200 OK\nhello",
		"GET /try: 200 OK\n",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is missing in:\n%s", want, out)
		}
	}
	if n := len(regexp.MustCompile(` refused +operation not permitted `).FindAll(out, -1)); n != 7 {
		t.Errorf("%d attempts were refused, want 7:\n%s", n, out)
	}
}

// testLoad keeps a server busy: many connections at once, which take threads,
// and a collector that never rests, which takes memory and signals. A call that
// the policy lacks would end it or show as an error.
func testLoad(t *testing.T, bin string) {
	cmd := command(t, bin, "-listen", "127.0.0.1:0")
	cmd.Env = append(cmd.Env, "GOGC=1", "GOMAXPROCS=8")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	url := serverURL(t, stdout)
	hammer(t, url)
	if body := get(t, http.DefaultClient, url+"/try"); strings.Count(body, " refused ") != 7 {
		t.Errorf("GET /try:\n%s", body)
	}
	http.DefaultClient.CloseIdleConnections()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if stderr.Len() > 0 {
		t.Errorf("standard error:\n%s", stderr.Bytes())
	}
}

func serverURL(t *testing.T, stdout io.Reader) string {
	t.Helper()
	for sc := bufio.NewScanner(stdout); sc.Scan(); {
		if m := regexp.MustCompile(`serving on (http://[^;]+);`).FindStringSubmatch(sc.Text()); m != nil {
			return m[1]
		}
	}
	t.Fatal("the server didn't say where it serves")
	return ""
}

// hammer makes requests on many connections at once. All share the processors, and
// each request must be answered within the client's and the server's timeouts, on a
// slow machine too.
func hammer(t *testing.T, url string) {
	conns, requests := 40, 5
	if longtest.Enabled() {
		conns = 200
	}
	body := bytes.Repeat([]byte("portcullis"), 10_000)
	want := fmt.Sprintf("%x\n", sha256.Sum256(body))
	var wg sync.WaitGroup
	for range conns {
		wg.Go(func() {
			tr := &http.Transport{}
			defer tr.CloseIdleConnections()
			client := &http.Client{Transport: tr, Timeout: time.Minute}
			for range requests {
				resp, err := client.Post(url+"/sum", "application/octet-stream", bytes.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				got, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if err != nil || string(got) != want {
					t.Errorf("POST /sum: %s %q, %v", resp.Status, got, err)
				}
			}
		})
	}
	wg.Wait()
}

func get(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
