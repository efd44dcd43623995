package programtest

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"
)

// Listen opens a stream, and returns when it has begun; what it gives is closed when the stream ends.
func (v *Visitor) Listen(path string) <-chan struct{} {
	v.t.Helper()
	ended := make(chan struct{})
	names := v.Hear(path)
	go func() {
		defer close(ended)
		for range names { // only its end counts
		}
	}()
	return ended
}

// Hear opens a stream, and returns when it has begun: what comes are the names that it tells, until it ends.
func (v *Visitor) Hear(path string) <-chan string {
	v.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	v.t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, v.URL+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	names, begun := make(chan string, 1024), make(chan error, 1)
	client := *v.Client
	client.Timeout = 0 // a stream lasts
	go func() {
		defer close(names)
		r, err := client.Do(request)
		if err != nil {
			begun <- err
			return
		}
		defer func() { _ = r.Body.Close() }()
		if kind := r.Header.Get("Content-Type"); r.StatusCode != http.StatusOK || kind != "text/event-stream" {
			err = fmt.Errorf("%s is no stream: %s, %s", path, r.Status, kind)
		}
		begun <- err
		_ = Names(r.Body, func(name string) { names <- name })
	}()
	select {
	case err = <-begun:
	case <-time.After(Patience):
		err = fmt.Errorf("%s does not begin", path)
	}
	if err != nil {
		v.t.Fatal(err)
	}
	return names
}

// Await reads a stream's names until the one that is waited for.
func Await(t testing.TB, names <-chan string, want string) {
	t.Helper()
	for deadline := time.After(Patience); ; {
		select {
		case name, open := <-names:
			if !open {
				t.Fatalf("the stream ended before it told of %s", want)
			}
			if name == want {
				return
			}
		case <-deadline:
			t.Fatalf("the stream does not tell of %s", want)
		}
	}
}
