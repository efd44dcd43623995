package crowd

// Smaller parts, for tests of what happens between them.
func init() { part = 50 }
