package oci

import "github.com/portcullis-go/portcullis/profile"

// KindName is the name of an action in a document.
func KindName(k profile.Kind) string { return kindName(k) }

// OpName is the name of a comparison in a document.
func OpName(o profile.Op) string { return opName(o) }
