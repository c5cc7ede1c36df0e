// Command peers compares this library with other tools and prints the results as
// Markdown tables:
//
//	go run ./cmd/peers
//
// It takes a minute or two. Counts are the same on every machine, times are not. The
// flags leave out the measurements, shorten them, or write charts as SVG.
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
	flag.BoolVar(&o.kernel, "kernel", true, "measure how long the kernel takes to install and to run filters")
	flag.BoolVar(&o.times, "times", true, "measure how long compiling takes")
	flag.BoolVar(&o.short, "short", false, "make a tenth of the measurements")
	flag.StringVar(&o.svg, "svg", "", "write charts into this `directory`")
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
		return errors.New("runs on Linux on x86_64 only")
	}
	// libseccomp writes its programs to a file. On a disk that would be measured, too.
	if _, err := os.Stat("/dev/shm"); err == nil {
		os.Setenv("TMPDIR", "/dev/shm")
	}
	policies, err := bench.Policies()
	if err != nil {
		return err
	}
	fmt.Printf("%s\n\n", versions())
	comparisons, err := compareAll(policies)
	if err != nil {
		return err
	}
	comparisons = comparisons[:bench.Realistic]
	charts := bench.CountCharts(comparisons)
	effort := 10
	if o.short {
		effort = 1
	}
	if o.times {
		charts["performance-compile.svg"] = compileTimes(policies, time.Duration(effort)*time.Millisecond)
	}
	if o.kernel {
		if err := kernelTimes(comparisons, 30*effort); err != nil {
			return err
		}
	}
	if o.svg == "" {
		return nil
	}
	for name, c := range charts {
		if err := os.WriteFile(filepath.Join(o.svg, name), []byte(c.SVG()), 0o666); err != nil {
			return err
		}
	}
	return nil
}

// versions names what is compared.
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

// compareAll prints the counts, which are the same on every machine.
func compareAll(policies []*bench.Policy) ([]*bench.Comparison, error) {
	recordings, err := bench.Recordings()
	if err != nil {
		return nil, err
	}
	var comparisons []*bench.Comparison
	for _, p := range policies {
		c, err := bench.Compare(p)
		if err != nil {
			return nil, err
		}
		comparisons = append(comparisons, c)
		fmt.Println(c.Table())
	}
	for _, c := range comparisons[:bench.Runnable] {
		fmt.Println(c.RecordedTable(recordings))
	}
	t, err := bench.OneVerdict()
	if err != nil {
		return nil, err
	}
	fmt.Println(t)
	return comparisons, nil
}

// compileTimes prints compile times and returns their chart. Besides the realistic
// policies it measures one without rules, which shows a tool's fixed cost.
func compileTimes(policies []*bench.Policy, unit time.Duration) *bench.BarChart {
	realistic := policies[:bench.Realistic]
	t, timings := bench.CompileTimes(append(slices.Clone(realistic), policies[bench.Realistic]), 80*unit)
	fmt.Println(t)
	fmt.Println(bench.CompileTimesByRules(40 * unit))
	return bench.CompileTimeChart(realistic, timings)
}

// kernelTimes prints how long the kernel takes to install the filters, and to run
// calls under them.
func kernelTimes(comparisons []*bench.Comparison, rounds int) error {
	t, err := bench.AttachTimes(comparisons, rounds)
	if err != nil {
		return err
	}
	fmt.Println(t)
	if t, err = bench.CallTimes(comparisons[0], rounds); err != nil {
		return err
	}
	fmt.Println(t)
	return nil
}
