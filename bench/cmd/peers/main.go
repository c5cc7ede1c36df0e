// Command peers compares this library with other tools and prints the figures.
package main

import (
	"fmt"
	"log"

	"github.com/portcullis-go/portcullis/bench"
)

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal("peers: ", err)
	}
}

func run() error {
	specs, err := bench.Specs()
	if err != nil {
		return err
	}
	for _, s := range specs {
		c, err := bench.Count(s)
		if err != nil {
			return err
		}
		fmt.Println(c.Table())
	}
	t, err := bench.Constants()
	if err != nil {
		return err
	}
	fmt.Println(t)
	return nil
}
