package handlers

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/static"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/valyala/fasthttp"
)

// How long requests may take, and their answers to be read. See the door for what comes before a request.
const (
	askWait    = 10 * time.Second // to answer who only asks: a page that takes longer is no page
	readWait   = 30 * time.Second // to send a request with its body
	uploadWait = 15 * time.Minute // the same when it brings files
	answerWait = time.Minute      // for an answer to be taken by its reader; attachments have as long as uploads
	idleWait   = 75 * time.Second // between two requests of a connection: longer than balancers keep one, usually a minute
)

// clientHeader carries the client's address from the front to c.IP. Whatever stands in it when a request comes in is
// replaced.
const clientHeader = "X-Portico-Client"

// front stands before every handler. It names requests, finds whose they are, sets what every answer carries, and
// tells the log and the metrics how they went.
type front struct {
	log     *slog.Logger
	metrics *Metrics
	traffic *desk.Traffic  // long work waits for it
	secure  bool           // the public address is https
	proxies []netip.Prefix // whose word on the client's address is believed
	room    room
}

// config is fiber's. show turns errors into answers.
func (f *front) config(views fiber.Views, show fiber.ErrorHandler) fiber.Config {
	return fiber.Config{
		AppName:               "Portico",
		DisableStartupMessage: true,
		Immutable:             true, // fiber uses a request's memory again, and values of it live on in jobs and sessions
		CaseSensitive:         true,
		ReadTimeout:           readWait,
		IdleTimeout:           idleWait,
		ReadBufferSize:        headerRoom,
		// Bodies are read and counted by the handlers that want them: files may be large, and all else may not.
		StreamRequestBody:            true,
		DisablePreParseMultipartForm: true,
		BodyLimit:                    1 << 20,
		ProxyHeader:                  clientHeader,
		Views:                        views,
		ErrorHandler:                 f.faults(show),
	}
}

// stand puts the front before the handlers that are added to app later.
func (f *front) stand(app *fiber.App) {
	app.Server().HeaderReceived = func(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
		return fasthttp.RequestConfig{ReadTimeout: stall, WriteTimeout: readersWait(h)} // for the first kilobytes; see finishBody
	}
	app.Server().ConnState = noteState
	app.Use(f.watch, f.guard, framed, finishBody(&f.room), recover.New(recover.Config{EnableStackTrace: true, StackTraceHandler: f.panicked}))
}

// watch gives the request its name, its client's address and its time, lets the handlers answer, and tells of it.
// Errors are turned into answers here, so that what is told is what was sent.
func (f *front) watch(c *fiber.Ctx) error {
	began := time.Now()
	defer f.traffic.Enter()()
	id := f.receive(c)
	ctx, cancel := context.WithCancel(db.WithRequest(c.UserContext(), id))
	defer cancel()
	c.Locals(localWhole{}, ctx)
	allow(c, min(waitFor(&c.Request().Header), readWait))
	c.Set(fiber.HeaderXRequestID, id)

	if err := c.Next(); err != nil {
		if err := c.App().ErrorHandler(c, err); err != nil {
			f.log.ErrorContext(ctx, "an error could not be shown", "error", err)
			_ = c.SendStatus(fiber.StatusInternalServerError)
		}
	}
	if g, ok := c.Context().Conn().(*guest); ok && g.door.crowded() {
		c.Context().SetConnectionClose() // others shall have the place
	}
	f.tell(ctx, c, time.Since(began))
	return nil
}

type localWhole struct{}

// allow gives the request so long, from now on, for what it still has to do. Only reading files may take minutes: a
// database that hangs is told within the time that any other form has.
func allow(c *fiber.Ctx, d time.Duration) {
	whole, ok := c.Locals(localWhole{}).(context.Context)
	if !ok { // not behind the front
		return
	}
	ctx, cancel := context.WithTimeout(whole, d)
	context.AfterFunc(whole, cancel)
	c.SetUserContext(ctx)
}

// putBehind has all that the request asks of the database, from now on, be behind the wall, whatever time it is given.
func putBehind(c *fiber.Ctx, wall db.Wall) {
	if whole, ok := c.Locals(localWhole{}).(context.Context); ok {
		c.Locals(localWhole{}, db.Behind(whole, wall))
	}
	c.SetUserContext(db.Behind(c.UserContext(), wall))
}

// tell leaves the query out: it says what people search for.
func (f *front) tell(ctx context.Context, c *fiber.Ctx, took time.Duration) {
	status, route := c.Response().StatusCode(), pattern(c)
	f.metrics.request(c.Method(), route, status, took)
	level := slog.LevelInfo
	if strings.HasPrefix(route, static.Prefix) || route == "/healthz" || route == "/readyz" {
		level = slog.LevelDebug
	}
	f.log.LogAttrs(ctx, level, "request", slog.String("method", c.Method()), slog.String("path", toldPath(c)),
		slog.Int("status", status), slog.Duration("took", took.Round(time.Microsecond)), slog.String("client", address(c)))
}

// faults shows errors, those too that come before any handler: of requests that can't be read.
func (f *front) faults(show fiber.ErrorHandler) fiber.ErrorHandler {
	return func(c *fiber.Ctx, err error) error {
		if RequestID(c.UserContext()) != "" {
			return show(c, err)
		}
		id := rand.Text()
		c.SetUserContext(db.WithRequest(c.UserContext(), id))
		c.Set(fiber.HeaderXRequestID, id)
		f.harden(c)
		err = show(c, err)
		level := slog.LevelWarn
		if c.Response().StatusCode() == fiber.StatusRequestTimeout { // browsers open connections to have them at hand
			level = slog.LevelDebug
		}
		f.log.Log(c.UserContext(), level, "request that can't be read", "status", c.Response().StatusCode(), "peer", c.Context().RemoteIP().String())
		return err
	}
}

// contentPolicy lets a page load and send to this portal only, and run nothing that stands in the page itself.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; font-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func (f *front) guard(c *fiber.Ctx) error {
	f.harden(c)
	return c.Next()
}

// harden sets what keeps a page safe in its browser. Handlers of files may tighten it.
func (f *front) harden(c *fiber.Ctx) {
	c.Set(fiber.HeaderContentSecurityPolicy, contentPolicy)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin") // not less: forms are known by their Origin
	c.Set(fiber.HeaderPermissionsPolicy, "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	if f.secure {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
}

func (f *front) panicked(c *fiber.Ctx, why any) {
	f.log.ErrorContext(c.UserContext(), "panic", "why", why, "stack", string(debug.Stack()))
}

// receive finds out who sent the request, and gives it a name. From here on c.IP is the client's address, whatever
// stands before the portal, and what was said about it is gone, so that nobody believes it.
func (f *front) receive(c *fiber.Ctx) (id string) {
	at, _ := netip.AddrFromSlice(c.Context().RemoteIP())
	at = at.Unmap()
	given := ""
	if f.trusts(at) {
		given = c.Get(fiber.HeaderXRequestID)
	}
	// The client is the last hop that no trusted proxy stands behind; what comes before it, it said itself.
	hops := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
	for i := len(hops) - 1; i >= 0 && f.trusts(at); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		at = hop.Unmap().WithZone("")
	}
	for _, said := range []string{fiber.HeaderXForwardedFor, fiber.HeaderXForwardedHost, fiber.HeaderXForwardedProto,
		fiber.HeaderXForwardedProtocol, fiber.HeaderXForwardedSsl, fiber.HeaderXUrlScheme} {
		c.Request().Header.Del(said)
	}
	c.Request().Header.Set(clientHeader, at.String())
	if decentID.MatchString(given) {
		return given
	}
	return rand.Text()
}

func (f *front) trusts(at netip.Addr) bool {
	for _, p := range f.proxies {
		if p.Contains(at) {
			return true
		}
	}
	return false
}

// address is the client's, whatever stands before the portal: for sessions and throttles.
func address(c *fiber.Ctx) string { return c.IP() }

// pattern is the route that answered, such as /cases/:number: there are few of them, and they name nobody.
func pattern(c *fiber.Ctx) string {
	route := c.Route().Path
	if route == "/" && c.Path() != "/" {
		return "none" // nothing but what stands before all handlers took it
	}
	return route
}

// toldPath is the address as the log has it: where a secret stands in it, only what it is about.
func toldPath(c *fiber.Ctx) string {
	if p := c.Path(); strings.HasPrefix(p, linksPath) || strings.HasPrefix(p, "/unsubscribe/") {
		return pattern(c)
	}
	return c.Path()
}

// waitFor is how long a request may take.
func waitFor(h *fasthttp.RequestHeader) time.Duration {
	if bytes.HasPrefix(bytes.ToLower(h.ContentType()), []byte(fiber.MIMEMultipartForm)) {
		return uploadWait
	}
	if h.IsGet() || h.IsHead() {
		return askWait
	}
	return readWait
}

// readersWait is how long a reader may take for an answer.
func readersWait(h *fasthttp.RequestHeader) time.Duration {
	path, _, _ := bytes.Cut(h.RequestURI(), []byte("?"))
	switch {
	case bytes.HasSuffix(path, []byte(".csv")): // which are as long as the lists
		return exportTime + answerWait
	case bytes.HasPrefix(path, []byte("/live")):
		return streamLife + answerWait
	case bytes.HasPrefix(path, []byte("/files/")):
		return uploadWait
	}
	return answerWait
}
