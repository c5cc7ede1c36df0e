// Command peers compares this library with other tools and prints the figures as
// tables of markdown:
//
//	go run ./cmd/peers
//
// It takes a minute or two. Counts are the same on every machine, times aren't.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/portcullis-go/portcullis/bench"
	"github.com/portcullis-go/portcullis/conformance/libseccomp"
)

func main() {
	log.SetFlags(0)
	var o options
	flag.BoolVar(&o.kernel, "kernel", true, "measure what the kernel does, too")
	flag.BoolVar(&o.times, "times", true, "measure how long compiling takes, too")
	flag.BoolVar(&o.short, "short", false, "measure times with a tenth of the effort")
	flag.StringVar(&o.svg, "svg", "", "write plots into this `directory`")
	flag.Parse()
	if err := o.run(); err != nil {
		log.Fatal("peers: ", err)
	}
}

type options struct {
	kernel, times, short bool
	svg                  string
}

func (o options) run() error {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return errors.New("the profiles are those of Linux on x86_64")
	}
	// libseccomp's programs come out through a file, which had better not be on a disk.
	if _, err := os.Stat("/dev/shm"); err == nil {
		os.Setenv("TMPDIR", "/dev/shm")
	}
	specs, err := bench.Specs()
	if err != nil {
		return err
	}
	fmt.Printf("%s\n\n", versions())
	counted, err := counts(specs)
	if err != nil {
		return err
	}
	compared := specs[:bench.Compared]
	plots := bench.CountPlots(counted[:bench.Compared])
	effort := 10
	if o.short {
		effort = 1
	}
	if o.times {
		refuseAll := specs[bench.Compared] // for what libseccomp takes without rules
		t, times := bench.CompileTimes(append(slices.Clone(compared), refuseAll), time.Duration(effort)*80*time.Millisecond)
		fmt.Println(t)
		plots["performance-compile.svg"] = bench.TimePlot(compared, times)
		fmt.Println(bench.Growth(time.Duration(effort) * 40 * time.Millisecond))
	}
	if o.kernel {
		if err := kernel(counted[:bench.Compared], effort); err != nil {
			return err
		}
	}
	if o.svg == "" {
		return nil
	}
	for name, p := range plots {
		if err := os.WriteFile(filepath.Join(o.svg, name), []byte(p.SVG()), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// versions returns what is compared.
func versions() string {
	text := fmt.Sprintf("Go %s, libseccomp %s", strings.TrimPrefix(runtime.Version(), "go"), libseccomp.Version())
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		switch m.Path {
		case "github.com/elastic/go-seccomp-bpf", "gvisor.dev/gvisor":
			text += fmt.Sprintf(", %s %s", m.Path, m.Version)
		}
	}
	return text
}

// counts prints what is the same on every machine.
func counts(specs []*bench.Spec) ([]*bench.Counted, error) {
	recordings, err := bench.Recordings()
	if err != nil {
		return nil, err
	}
	var counted []*bench.Counted
	for _, s := range specs {
		c, err := bench.Count(s)
		if err != nil {
			return nil, err
		}
		counted = append(counted, c)
		fmt.Println(c.Table())
	}
	for _, c := range counted[:bench.Recorded] {
		fmt.Println(c.Recorded(recordings))
	}
	t, err := bench.Constants()
	if err != nil {
		return nil, err
	}
	fmt.Println(t)
	return counted, nil
}

// kernel prints what the kernel takes for the filters.
func kernel(counted []*bench.Counted, effort int) error {
	t, err := bench.AttachTimes(counted, 30*effort)
	if err != nil {
		return err
	}
	fmt.Println(t)
	if t, err = bench.CallTimes(counted[0], 30*effort); err != nil {
		return err
	}
	fmt.Println(t)
	return nil
}
