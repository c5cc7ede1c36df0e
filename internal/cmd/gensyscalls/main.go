package main

import (
	"log"
	"os"

	"github.com/portcullis-go/portcullis/internal/cmd/gensyscalls/gen"
)

func main() {
	b, err := os.ReadFile("arch/errno.csv")
	if err != nil {
		log.Fatal(err)
	}
	if b, err = gen.Errno(b); err != nil {
		log.Fatal(err)
	}
	os.WriteFile("arch/zerrno.go", b, 0o666)
}
