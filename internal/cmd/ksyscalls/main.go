package main

import (
	"log"
	"os"
)

func main() {
	f, err := os.Create("arch/errno.csv")
	if err != nil {
		log.Fatal(err)
	}
	if err := writeErrno(f, os.Args[1]); err != nil {
		log.Fatal(err)
	}
	f.Close()
}
