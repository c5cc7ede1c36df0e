module github.com/portcullis-go/portcullis/conformance/foreign

go 1.26.0

require (
	github.com/moby/profiles/seccomp v0.2.4
	github.com/opencontainers/runtime-spec v1.2.1
	github.com/portcullis-go/portcullis v0.0.0
	github.com/portcullis-go/portcullis/conformance/libseccomp v0.0.0
)

require (
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/portcullis-go/portcullis => ../..

replace github.com/portcullis-go/portcullis/conformance/docker => ../docker

replace github.com/portcullis-go/portcullis/conformance/libseccomp => ../libseccomp
