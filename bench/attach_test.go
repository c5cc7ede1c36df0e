package bench

import (
	"strings"
	"testing"

	"github.com/portcullis-go/portcullis/internal/kerneltest"

	"github.com/portcullis-go/portcullis/install"
)

// needSeccomp skips a test on a kernel without seccomp filters.
func needSeccomp(t *testing.T) {
	t.Helper()
	if err := install.Supported(); err != nil {
		t.Skip(err)
	}
}

// TestThreadSurvives checks that only filters with one verdict for all calls, which
// deny what a thread needs, are not installed.
func TestThreadSurvives(t *testing.T) {
	kerneltest.NeedFilters(t)
	for _, c := range comparisons(t) {
		oneVerdict := strings.HasSuffix(c.Policy.Name, " all")
		for _, f := range c.Filters {
			if f.Err == nil && f.threadSurvives() == oneVerdict {
				t.Errorf("%s, %s: threadSurvives is %v", c.Policy.Name, f.Tool, !oneVerdict)
			}
		}
	}
}
