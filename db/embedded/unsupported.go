//go:build !linux && !darwin

package embedded

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
)

type (
	files   struct{ socket string }
	account struct{}
	lock    struct{}
	child   struct{}
)

var errUnsupported = errors.New("Portico brings no PostgreSQL of its own on " + runtime.GOOS + ": set DATABASE_URL to a database")

func start(context.Context, Options) (*Server, error) { return nil, errUnsupported }

func find(string) (string, error) { return "", errUnsupported }

func (s *Server) shutdown(context.Context) error { return nil }

// DefaultDir is data in the working folder: there is no embedded server here that could ask for more.
func DefaultDir() (dir, note string, err error) {
	dir, err = filepath.Abs("data")
	return dir, "", err
}
