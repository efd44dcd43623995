//go:build race

package rules

// rounds is fewer than n under the race detector, which makes each ten times as dear and finds nothing in what one
// goroutine does.
func rounds(n uint64) uint64 { return n/8 + 1 }
