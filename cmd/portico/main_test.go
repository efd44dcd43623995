package main

import (
	"testing"

	"portico/cmd/portico/programtest"
)

func TestMain(m *testing.M) { programtest.Main(m) }
