package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"portico/cmd/portico/programtest"
)

// How the balancer asks copies whether they are ready: as usual ones do, only more often.
const (
	probing = 75 * time.Millisecond
	falls   = 2 // answers in a row that take a copy out
)

// balancer is what usually stands before copies. It asks each whether it is ready, and sends requests to those that are.
// What came to nothing it gives to another copy only where that is safe: when nothing was sent, or when it only asks.
type balancer struct {
	*httptest.Server
	backends []*backend
	turn     atomic.Uint32
	cut      atomic.Int32 // requests that it could answer with 502 only: sent, and not answered
}

// backend is one copy as its balancer knows it.
type backend struct {
	address   string
	ready     atomic.Bool
	out       atomic.Int64 // when it was last taken out, in Unix nanoseconds
	transport *http.Transport
}

func newBalancer(t *testing.T, addresses ...string) *balancer {
	t.Helper()
	b := &balancer{}
	stopped, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	for _, at := range addresses {
		k := &backend{address: at, transport: &http.Transport{MaxIdleConnsPerHost: 32, IdleConnTimeout: time.Minute, DisableCompression: true}}
		t.Cleanup(k.transport.CloseIdleConnections)
		b.backends = append(b.backends, k)
		go k.probe(stopped)
	}
	proxy := &httputil.ReverseProxy{
		Transport: b,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetXForwarded()
			r.Out.URL.Scheme = "http"
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() == nil {
				b.cut.Add(1)
				t.Logf("balancer: %s %s: %v", r.Method, r.URL.Path, err)
			}
			w.WriteHeader(http.StatusBadGateway)
		},
	}
	b.Server = httptest.NewServer(proxy)
	t.Cleanup(b.Server.Close)
	return b
}

// probe asks until the test is over.
func (k *backend) probe(stopped context.Context) {
	client := &http.Client{Transport: k.transport, Timeout: 5 * time.Second}
	again := time.NewTicker(probing)
	defer again.Stop()
	for failures := 0; ; {
		if k.asks(stopped, client) {
			failures = 0
			k.ready.Store(true)
		} else if failures++; failures == falls {
			k.takeOut()
		}
		select {
		case <-stopped.Done():
			return
		case <-again.C:
		}
	}
}

func (k *backend) asks(ctx context.Context, client *http.Client) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+k.address+"/readyz", nil)
	if err != nil {
		return false
	}
	answer, err := client.Do(r)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

func (k *backend) takeOut() {
	if k.ready.CompareAndSwap(true, false) {
		k.out.Store(time.Now().UnixNano())
	}
}

var errNobody = errors.New("no copy is ready")

// RoundTrip sends a request to one copy after the other, as long as that is safe.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	failed, first := errNobody, int(b.turn.Add(1))
	for i := range b.backends {
		k := b.backends[(first+i)%len(b.backends)]
		if !k.ready.Load() {
			continue
		}
		out := r.Clone(r.Context())
		out.URL.Host = k.address
		if out.Body, out.GetBody = http.NoBody, nil; len(body) > 0 { // an empty one might be announced as one to come
			out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
			out.Body, _ = out.GetBody()
		}
		answer, err := k.transport.RoundTrip(out)
		if err == nil {
			return answer, nil
		}
		failed = err
		refused := errors.Is(err, syscall.ECONNREFUSED)
		if refused {
			k.takeOut()
		}
		if r.Context().Err() != nil || !refused && r.Method != http.MethodGet {
			break
		}
	}
	return nil, failed
}

// await waits until a copy is in, or out.
func (b *balancer) await(t *testing.T, copy int, ready bool) {
	t.Helper()
	programtest.Until(t, func() bool { return b.backends[copy].ready.Load() == ready }, "the balancer has noticed")
}

// visitor is somebody who comes through the balancer.
func (b *balancer) visitor(t *testing.T) *programtest.Visitor {
	return programtest.NewVisitor(t, b.URL)
}
