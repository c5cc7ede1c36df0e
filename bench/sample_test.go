package bench

import "testing"

func TestSample(t *testing.T) {
	s := Sample{1, 2, 3, 4, 5}
	if s.Median() != 3 || s.At(0) != 1 || s.At(1) != 5 || Sample(nil).Median() != 0 {
		t.Errorf("%v, %v, %v", s.Median(), s.At(0), s.At(1))
	}
}
