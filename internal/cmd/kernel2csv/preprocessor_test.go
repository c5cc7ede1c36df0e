package main

import "testing"

func TestEval(t *testing.T) {
	c := config{"A": 1, "B": 0, "BITS_PER_LONG": 64}
	for expr, want := range map[string]truth{
		"1": yes, "0": no, "A": yes, "B": no, "C": maybe, "!B": yes, "!C": maybe, "defined(A)": yes, "defined B": no,
		"IS_ENABLED(A) && !defined(B)": yes, "C && B": no, "C || A": yes, "C && A": maybe, "(A || B) && !(B)": yes,
		"BITS_PER_LONG == 64": yes, "BITS_PER_LONG != 64": no, "C == 1": maybe, "A > 0": maybe, "": maybe, "(A": maybe, "A B": maybe, "A == C": maybe,
	} {
		if got := c.eval(expr); got != want {
			t.Errorf("%q: %v, want %v", expr, got, want)
		}
	}
	if c.all(nil) != yes || c.all([]string{"A", "C"}) != maybe || c.all([]string{"C", "B"}) != no {
		t.Error("conjunctions")
	}
}
