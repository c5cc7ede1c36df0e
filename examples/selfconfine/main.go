// Command selfconfine is an HTTP server that confines itself before it answers.
//
//	go run ./examples/selfconfine
//
// opens a port on the loopback interface, installs a filter on every thread of
// its process, prints what it installed, answers two requests of its own and
// exits. The second request makes it try what an attacker would try, and report
// the results; the exit status is 0 if all of it was refused.
//
//	go run ./examples/selfconfine -listen 127.0.0.1:8080
//
// keeps serving: GET / greets, POST /sum returns the SHA-256 of what it is sent,
// and GET /try tries what is forbidden.
//
// The policy is in policy.go, and its test runs on any system. The server needs
// Linux.
package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/portcullis-go/portcullis/arch"
	"github.com/portcullis-go/portcullis/compile"
	"github.com/portcullis-go/portcullis/install"
	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/syscalls"
)

func main() {
	listen := flag.String("listen", "", "serve on this `address` until interrupted")
	flag.Parse()
	if err := run(*listen); err != nil {
		fmt.Fprintf(os.Stderr, "selfconfine: %v\n", err)
		if errors.Is(err, errors.ErrUnsupported) {
			fmt.Fprintln(os.Stderr, "selfconfine: filters need Linux; ./examples/simulate works on every system")
		}
		os.Exit(1)
	}
}

func run(listen string) error {
	if err := install.Supported(); err != nil {
		return err
	}
	if listen == "" {
		return demonstrate()
	}
	return serve(listen)
}

// newServer returns the server. The attempts that it makes now, without a filter,
// are what later ones are compared with.
func newServer() *http.Server {
	return &http.Server{Handler: handler(tryAll()), ReadHeaderTimeout: 10 * time.Second}
}

// serve answers requests until a signal arrives. What the policy forbids comes
// first: to listen, and to handle signals.
func serve(address string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	srv := newServer()
	if err := confine(); err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	fmt.Printf("serving on http://%s; try http://%[1]s/try\n", ln.Addr())
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		return srv.Shutdown(ctx)
	}
}

// demonstrate serves two requests of its own. The policy forbids to connect, so
// the client does it first; the connection waits in the listener's queue.
func demonstrate() error {
	ln, conn, err := loopback()
	if err != nil {
		return err
	}
	srv := newServer()
	if err := confine(); err != nil {
		return err
	}
	go srv.Serve(ln) // it ends with the process
	return request(conn, "/", "/try")
}

var errNoLoopback = errors.New("the demonstration needs a loopback interface that is up (ip link set lo up)")

// loopback returns a listener on the loopback interface and a connection to it.
func loopback() (net.Listener, net.Conn, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errNoLoopback, err)
	}
	// Where the interface was taken down, nothing answers, not even with an error.
	conn, err := net.DialTimeout("tcp", ln.Addr().String(), 5*time.Second)
	if err != nil {
		ln.Close()
		return nil, nil, fmt.Errorf("%w: %w", errNoLoopback, err)
	}
	return ln, conn, nil
}

// confine compiles the policy for the running machine, installs it for good and
// prints what it installed.
func confine() error {
	native := arch.Native()
	p := policy(native, os.Getpid())
	prog, err := compile.Compile(p, compile.Options{Target: compile.Target{Arch: native}})
	if err != nil {
		return err
	}
	if err := install.Load(prog.Raw(), install.Options{}); err != nil {
		return err
	}
	always, sometimes, all := count(p, native)
	fmt.Printf("installed a filter on every thread: %v\n", prog.Stats(nil))
	fmt.Printf("%v: %d of %d system calls allowed, %d more with some arguments only; others: %v\n", native, always, all, sometimes, p.Default)
	for _, a := range native.Companions() {
		fmt.Printf("%v: no system call allowed; any: %v\n", a, p.BadArch)
	}
	return nil
}

// count returns how many calls of an ABI a policy always allows, how many for
// some arguments, and how many there are.
func count(p profile.Profile, a arch.Arch) (always, sometimes, all int) {
	for range syscalls.All(a) {
		all++
	}
	for _, r := range p.Rules {
		for _, name := range r.Syscalls {
			_, has := syscalls.Lookup(a, name)
			switch {
			case !has || r.Action != profile.Allow():
			case r.If == nil:
				always++
			default:
				sometimes++
			}
		}
	}
	return always, sometimes, all
}

// handler serves the requests. before has the results of the forbidden calls from
// before they were forbidden.
func handler(before []outcome) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "hello from behind a filter")
	})
	mux.HandleFunc("POST /sum", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, "%x\n", sha256.Sum256(body))
	})
	mux.HandleFunc("GET /try", func(w http.ResponseWriter, r *http.Request) {
		text, ok := report(before, tryAll())
		if !ok {
			w.WriteHeader(http.StatusInternalServerError)
		}
		io.WriteString(w, text)
	})
	return mux
}

// request sends requests over a connection that is open already, and prints the
// answers.
func request(conn net.Conn, paths ...string) error {
	client := &http.Client{
		Timeout: 30 * time.Second,
		Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			if conn == nil {
				return nil, errors.New("the one connection is used up")
			}
			c := conn
			conn = nil
			return c, nil
		}},
	}
	for _, path := range paths {
		resp, err := client.Get("http://selfconfine" + path)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			return err
		}
		fmt.Printf("\nGET %s: %s\n%s", path, resp.Status, body)
		if resp.StatusCode != http.StatusOK {
			return errors.New("something forbidden was not refused")
		}
	}
	return nil
}
