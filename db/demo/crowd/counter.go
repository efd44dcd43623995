package crowd

import "sync"

// counter adds up what several goroutines have done.
type counter struct {
	mu       sync.Mutex
	done, of int
	told     func(done, of int)
}

func (c *counter) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done += n
	c.told(c.done, c.of)
}
