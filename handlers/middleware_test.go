package handlers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"portico/handlers/desk"
)

// journal is a log that may be read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// fronted is a server of a few handlers behind a front, on a port of its own.
type fronted struct {
	url     string
	log     *journal
	metrics *Metrics
}

func newFronted(t *testing.T, secure bool, proxies ...string) fronted {
	t.Helper()
	out := fronted{log: &journal{}, metrics: &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "requests"}, []string{"method", "route", "status"}),
		seconds:  prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "seconds"}, []string{"method", "route"}),
	}}
	f := &front{log: slog.New(LogHandler(slog.NewJSONHandler(out.log, nil))), metrics: out.metrics, traffic: &desk.Traffic{}, secure: secure}
	for _, p := range proxies {
		f.proxies = append(f.proxies, netip.MustParsePrefix(p))
	}
	app := fiber.New(f.config(nil, func(c *fiber.Ctx, err error) error {
		var told *fiber.Error
		if errors.As(err, &told) {
			return c.SendStatus(told.Code)
		}
		return c.SendStatus(fiber.StatusInternalServerError)
	}))
	f.stand(app)
	app.Get("/who/:name", func(c *fiber.Ctx) error {
		return c.SendString(fmt.Sprint(address(c), " ", c.Protocol(), " ", RequestID(c.UserContext())))
	})
	app.Post("/left", func(c *fiber.Ctx) error { // how long a form still has, then one whose files are read
		left := func() time.Duration {
			until, _ := c.UserContext().Deadline()
			return time.Until(until).Round(time.Second)
		}
		before := left()
		allow(c, uploadWait)
		return c.SendString(fmt.Sprint(before, " ", left()))
	})
	app.Get("/panic", func(*fiber.Ctx) error { panic("oh") })
	app.Use(func(*fiber.Ctx) error { return fiber.ErrNotFound })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = app.Listener(listener) }()
	t.Cleanup(func() { _ = app.Shutdown() })
	out.url = "http://" + listener.Addr().String()
	return out
}

func (f fronted) get(t *testing.T, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(r)
	// What is too long is not read to its end: the connection is reset then, and may take the answer with it.
	for tries := 0; errors.Is(err, syscall.ECONNRESET) && tries < 20; tries++ {
		response, err = http.DefaultClient.Do(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func TestClientAddress(t *testing.T) {
	const forwarded = "X-Forwarded-For"
	for name, test := range map[string]struct {
		proxies []string
		headers []string
		want    string
	}{
		"nobody is trusted":                          {nil, []string{forwarded, "1.2.3.4"}, "127.0.0.1"},
		"nobody forges the front's own header":       {nil, []string{clientHeader, "1.2.3.4"}, "127.0.0.1"},
		"nor through a proxy":                        {[]string{"127.0.0.0/8"}, []string{clientHeader, "1.2.3.4"}, "127.0.0.1"},
		"a proxy is believed":                        {[]string{"127.0.0.0/8"}, []string{forwarded, "1.2.3.4"}, "1.2.3.4"},
		"its client is not":                          {[]string{"127.0.0.0/8"}, []string{forwarded, "9.9.9.9, 1.2.3.4"}, "1.2.3.4"},
		"two proxies, one behind the other":          {[]string{"127.0.0.0/8", "10.0.0.0/8"}, []string{forwarded, "9.9.9.9, 1.2.3.4, 10.0.0.7"}, "1.2.3.4"},
		"a proxy that says nonsense":                 {[]string{"127.0.0.0/8"}, []string{forwarded, "1.2.3.4, <script>"}, "127.0.0.1"},
		"the proxy itself":                           {[]string{"127.0.0.0/8"}, nil, "127.0.0.1"},
		"a client that speaks the newer protocol":    {[]string{"127.0.0.0/8"}, []string{forwarded, "2001:db8::7"}, "2001:db8::7"},
		"one address in both protocols is one":       {[]string{"127.0.0.0/8"}, []string{forwarded, "::ffff:1.2.3.4"}, "1.2.3.4"},
		"another host or protocol is not taken over": {[]string{"127.0.0.0/8"}, []string{"X-Forwarded-Proto", "https"}, "127.0.0.1 http"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := newFronted(t, false, test.proxies...).get(t, "/who/x", test.headers...); !strings.HasPrefix(got, test.want+" ") {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestRequestID(t *testing.T) {
	const header = "X-Request-Id"
	near, far := newFronted(t, false, "127.0.0.0/8"), newFronted(t, false)
	for name, test := range map[string]struct {
		f     fronted
		given string
		kept  bool
	}{
		"a trusted proxy's is kept":  {near, "proxy-0123456789", true},
		"but not one that is a line": {near, `proxy" "level":"ERROR`, false},
		"a client's is not":          {far, "client-0123456789", false},
	} {
		t.Run(name, func(t *testing.T) {
			r, body := test.f.get(t, "/who/x", header, test.given)
			id := r.Header.Get(header)
			if id == "" || (id == test.given) != test.kept || !strings.HasSuffix(body, " "+id) {
				t.Errorf("given %q, got %q, and in the handler %q", test.given, id, body)
			}
			if !strings.Contains(test.f.log.String(), `"request_id":"`+id+`"`) {
				t.Errorf("not in the log:\n%s", test.f.log)
			}
		})
	}
}

func TestFront(t *testing.T) {
	f := newFronted(t, false)

	t.Run("every answer is hardened", func(t *testing.T) {
		for _, path := range []string{"/who/x", "/nowhere", "/panic", "/" + strings.Repeat("long", 5_000)} {
			r, _ := f.get(t, path)
			for header, want := range map[string]string{
				"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self';", "X-Content-Type-Options": "nosniff",
				"Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "X-Frame-Options": "DENY",
			} {
				if !strings.HasPrefix(r.Header.Get(header), want) {
					t.Errorf("%.20s: %s is %q", path, header, r.Header.Get(header))
				}
			}
			if strings.Contains(r.Header.Get("Content-Security-Policy"), "unsafe") {
				t.Errorf("%.20s: it runs what stands in the page", path)
			}
			if r.Header.Get("Strict-Transport-Security") != "" {
				t.Errorf("%.20s: browsers are sent to https, which isn't there", path)
			}
			if r.Header.Get("X-Request-Id") == "" {
				t.Errorf("%.20s: it has no name", path)
			}
		}
	})
	t.Run("browsers keep to https where that is the address", func(t *testing.T) {
		if r, _ := newFronted(t, true).get(t, "/who/x"); r.Header.Get("Strict-Transport-Security") == "" {
			t.Error("they don't")
		}
	})
	t.Run("a panic is an answer, and told", func(t *testing.T) {
		r, body := f.get(t, "/panic")
		if r.StatusCode != http.StatusInternalServerError || strings.Contains(body, "oh") {
			t.Errorf("got %s: %s", r.Status, body)
		}
		if log := f.log.String(); !strings.Contains(log, `"why":"oh"`) || !strings.Contains(log, "middleware_test.go") {
			t.Errorf("not told:\n%s", log)
		}
	})
	t.Run("what people search for is not told", func(t *testing.T) {
		f.get(t, "/who/x?q=secret")
		if strings.Contains(f.log.String(), "secret") {
			t.Error("it is")
		}
	})
	t.Run("requests are counted by route", func(t *testing.T) {
		f.get(t, "/who/ada")
		f.get(t, "/who/grace")
		counted := func(route, status string) float64 {
			var read dto.Metric
			if err := f.metrics.requests.WithLabelValues(http.MethodGet, route, status).Write(&read); err != nil {
				t.Fatal(err)
			}
			return read.GetCounter().GetValue()
		}
		if counted("/who/:name", "200") < 2 || counted("none", "404") != 1 || counted("/panic", "500") < 1 {
			t.Error("they are not")
		}
	})
}

// TestFilesAloneMayTakeLong asks what time a form in parts has: a database that hangs is told in the time of any form.
func TestFilesAloneMayTakeLong(t *testing.T) {
	f := newFronted(t, false)
	for _, kind := range []string{fiber.MIMEMultipartForm + "; boundary=x", fiber.MIMEApplicationForm} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.url+"/left", strings.NewReader("--x--"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", kind)
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		before, after, _ := strings.Cut(string(body), " ")
		left, _ := time.ParseDuration(before)
		reading, _ := time.ParseDuration(after)
		if err != nil || left <= 0 || left > readWait || reading <= readWait || reading > uploadWait {
			t.Errorf("%s: %q, %v", kind, body, err)
		}
	}
}
