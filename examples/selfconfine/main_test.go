package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
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
)

// build builds the command, with variables added to the environment.
func build(t *testing.T, env ...string) string {
	t.Helper()
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skipf("no go command: %v", err)
	}
	bin := filepath.Join(t.TempDir(), "selfconfine.exe")
	cmd := exec.Command(tool, "build", "-o", bin)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build, with %q: %v\n%s", env, err, out)
	}
	return bin
}

func command(t *testing.T, bin string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return exec.CommandContext(ctx, bin, args...)
}

// variants are the builds that differ in what they ask of the kernel: with cgo a
// C library starts the threads, and on x86_64 a 32-bit program runs too.
func variants(t *testing.T) map[string][]string {
	v := map[string][]string{"default": nil, "pure": {"CGO_ENABLED=0"}}
	if runtime.GOARCH == "amd64" {
		if ia32(t) {
			v["386"] = []string{"CGO_ENABLED=0", "GOARCH=386"}
		} else {
			t.Log("this kernel runs no 32-bit x86 programs")
		}
	}
	return v
}

// ia32 finds out whether the kernel runs 32-bit x86 programs.
func ia32(t *testing.T) bool {
	dir := t.TempDir()
	src := filepath.Join(dir, "main.go")
	if err := os.WriteFile(src, []byte("package main\nfunc main() {}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "main")
	cmd := exec.Command("go", "build", "-o", bin, src)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH=386")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return exec.Command(bin).Run() == nil
}

func TestServer(t *testing.T) {
	if runtime.GOOS != "linux" {
		out, err := command(t, build(t)).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "need Linux") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	for name, env := range variants(t) {
		t.Run(name, func(t *testing.T) {
			bin := build(t, env...)
			t.Run("demonstration", func(t *testing.T) { testDemonstration(t, bin) })
			t.Run("load", func(t *testing.T) { testLoad(t, bin) })
		})
	}
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
	if n := len(regexp.MustCompile(`(?m)operation not permitted +refused$`).FindAll(out, -1)); n != 7 {
		t.Errorf("%d attempts were refused, want 7:\n%s", n, out)
	}
}

// testLoad keeps a server busy: many connections at once, which take threads,
// and a collector that never rests, which takes memory and signals. A call that
// the policy lacks would end it or show as an error.
func testLoad(t *testing.T, bin string) {
	cmd := command(t, bin, "-listen", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), "GOGC=1", "GOMAXPROCS=8")
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
	if body := get(t, http.DefaultClient, url+"/try"); strings.Count(body, " refused\n") != 7 {
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

// hammer makes requests on 200 connections at once.
func hammer(t *testing.T, url string) {
	const conns, requests = 200, 5
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
