package bench

import "testing"

// TestOneVerdict checks that four instructions do where the ABI is all there is to
// check.
func TestOneVerdict(t *testing.T) {
	table, err := OneVerdict()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range table.Rows {
		if want := map[string]string{"x86_64": "7", "x86_64 x32": "4", "aarch64": "4"}[r[1]]; r[2] > want {
			t.Errorf("%v: want %s instructions", r, want)
		}
	}
}
