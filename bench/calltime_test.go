package bench

import (
	"testing"

	"github.com/portcullis-go/portcullis/internal/kerneltest"
)

// TestCallTimes makes the measured calls under the filters of all tools, which checks
// their verdicts, too.
func TestCallTimes(t *testing.T) {
	kerneltest.NeedFilters(t)
	needSeccomp(t)
	table, err := CallTimes(comparisons(t)[0], 2)
	if err != nil {
		t.Fatal(err)
	}
	if want := len(Outcomes()) * (len(Tools()) + 1); len(table.Rows) != want {
		t.Errorf("%d rows, want %d:\n%v", len(table.Rows), want, table)
	}
}
