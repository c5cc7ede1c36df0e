package oci_test

import (
	"testing"

	"github.com/portcullis-go/portcullis/profile"
	"github.com/portcullis-go/portcullis/profile/oci"
)

func TestNames(t *testing.T) {
	if got := oci.KindName(profile.KindAllow); got != "SCMP_ACT_ALLOW" {
		t.Errorf("Allow is %q", got)
	}
	if got := oci.OpName(profile.OpEqual); got != "SCMP_CMP_EQ" {
		t.Errorf("equality is %q", got)
	}
	if kind, op := oci.KindName(profile.KindAllow+1), oci.OpName(profile.OpMaskedEqual+1); kind+op != "" {
		t.Errorf("what is none has the names %q and %q", kind, op)
	}
}
