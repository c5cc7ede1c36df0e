// Command bare filters nothing: the others are compared with it.
package main

import "fmt"

func main() { fmt.Println("hello") }
