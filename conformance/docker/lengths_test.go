package docker

import (
	"fmt"
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/internal/golden"
)

// TestLengths compares the length of each variant's program and of its paths with
// those recorded.
func TestLengths(t *testing.T) {
	var b strings.Builder
	for _, v := range variants(t) {
		fmt.Fprintf(&b, "%-28s %v\n", v.name, v.compile(t, true).Stats(nil))
	}
	golden.Compare(t, "lengths.txt", b.String())
}

// BenchmarkCompile compiles the profile for each machine, as a container runtime
// does when it starts a container with Docker's default capabilities.
func BenchmarkCompile(b *testing.B) {
	for _, v := range variants(b) {
		if !v.isDockers() {
			continue
		}
		for _, proof := range []string{"unproved", "proved"} {
			b.Run(v.target.Arch.String()+"/"+proof, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					v.compile(b, proof == "unproved")
				}
			})
		}
	}
}
