package main

import "syscall"

// stopWithParent has the system stop a child when this process ends, killed even.
func stopWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGTERM }
