//go:build race

package programtest

// raced tells whether these tests run under the race detector: the program does then, too.
const raced = true
