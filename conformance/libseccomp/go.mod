module github.com/portcullis-go/portcullis/conformance/libseccomp

go 1.26.0

require (
	github.com/portcullis-go/portcullis v0.0.0
	github.com/portcullis-go/portcullis/conformance/docker v0.0.0
	golang.org/x/net v0.62.0
)

require (
	github.com/moby/profiles/seccomp v0.2.4 // indirect
	github.com/opencontainers/runtime-spec v1.2.1 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/portcullis-go/portcullis => ../..

replace github.com/portcullis-go/portcullis/conformance/docker => ../docker
