package bench

import "testing"

func TestTable(t *testing.T) {
	table := Table{Title: "T", Notes: []string{"N."}, Head: []string{"what", "n"}}
	table.Row("µ", 1.25)
	table.Row("longer", -10)
	const want = "## T\n\nN.\n\n| what   |   n |\n| ------ | --: |\n| µ      | 1.2 |\n| longer | -10 |\n"
	if got := table.String(); got != want {
		t.Errorf("got\n%s", got)
	}
}
