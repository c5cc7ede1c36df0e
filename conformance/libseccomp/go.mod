module github.com/portcullis-go/portcullis/conformance/libseccomp

go 1.26.0

require (
	github.com/portcullis-go/portcullis v0.0.0
	golang.org/x/net v0.62.0
)

replace github.com/portcullis-go/portcullis => ../..
