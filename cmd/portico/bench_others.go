//go:build !linux

package main

import "syscall"

// stopWithParent does nothing: this system cannot. Who kills a benchmark has to stop its portal too.
func stopWithParent(*syscall.SysProcAttr) {}
