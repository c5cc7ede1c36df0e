// Command bare is what a program costs that filters nothing.
package main

import "fmt"

func main() { fmt.Println("hello") }
