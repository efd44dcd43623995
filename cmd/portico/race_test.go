//go:build race

package main

// raced tells whether these tests run under the race detector: the program does then, too.
const raced = true
