package main

import (
	"testing"

	"portico/cmd/portico/programtest"
)

func TestMain(m *testing.M) {
	if !holdIdle() {
		programtest.Main(m)
	}
}
