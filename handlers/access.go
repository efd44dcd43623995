package handlers

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"portico/db"
	"portico/policy"

	"github.com/gofiber/fiber/v2"
)

// Handler answers a request of somebody.
type Handler func(c *fiber.Ctx, who policy.Actor) error

// errExpired says that a form's token does not belong to the browser that sends it: it had been open for too long, or
// it was made elsewhere.
var errExpired = errors.New("the form's token does not hold")

// errSignedOut says that a page needs somebody who is signed in.
var errSignedOut = errors.New("signed out")

// smallBody is what a usual form may weigh, in bytes.
const smallBody = 1 << 20

// public lets everybody in, signed in or not.
func (a *App) public(h Handler) fiber.Handler {
	return a.enter(false, true, h)
}

// signedIn lets in who is signed in. Others are sent to sign in and back; a part of a page or a stream gets 401.
func (a *App) signedIn(h Handler) fiber.Handler {
	return a.enter(true, true, h)
}

// signedInUnread is signedIn for those who read the request's body themselves, because it may be large: they check its
// token with tokenHolds.
func (a *App) signedInUnread(h Handler) fiber.Handler {
	return a.enter(true, false, h)
}

func (a *App) enter(signedIn, read bool, h Handler) fiber.Handler {
	if signedIn {
		a.asks = whoever
	}
	return func(c *fiber.Ctx) error {
		unsafe := c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead
		if unsafe && !a.sameOrigin(c) {
			return errExpired
		}
		who, err := a.actor(c)
		switch {
		case err != nil:
			return err
		case signedIn && !who.SignedIn():
			return errSignedOut
		}
		if unsafe && read {
			if err := readBody(c, smallBody); err != nil {
				return err
			}
			allow(c, readWait)
			if !a.tokenHolds(c, c.FormValue("csrf")) {
				return errExpired
			}
		}
		return h(c, who)
	}
}

// localKey names what a request keeps: who it is of, for its error page and for handlers.
type localKey int

const (
	localActor localKey = iota + 1
	localSession
)

// actor is who the request's session stands for; nobody without one.
func (a *App) actor(c *fiber.Ctx) (policy.Actor, error) {
	token := c.Cookies(a.sessionCookie())
	if token == "" {
		return policy.Actor{}, nil
	}
	now := a.Clock()
	in, err := a.DB.Session(c.UserContext(), tokenHash(token), now)
	switch {
	case errors.Is(err, db.ErrNotFound):
		return policy.Actor{}, nil
	case err != nil:
		return policy.Actor{}, err
	}
	if now.Sub(in.Session.SeenAt).Abs() > time.Minute { // or it was seen before the clock was put back
		// Where nothing can be written any more, what is there can still be read.
		if err := a.DB.TouchSession(c.UserContext(), in.Session.ID, now); err != nil && !full(err) {
			return policy.Actor{}, err
		}
	}
	who := policy.Actor{Person: in.Person, Home: in.Home, Grants: in.Grants}
	c.Locals(localActor, who)
	c.Locals(localSession, in.Session)
	c.SetUserContext(db.Behind(c.UserContext(), a.Judge.Wall(who)))
	return who, nil
}

// session is the one the request came with; only for handlers behind signedIn.
func session(c *fiber.Ctx) db.Session {
	s, _ := c.Locals(localSession).(db.Session)
	return s
}

// sameOrigin tells whether a page of ours sent the request. Browsers say so themselves; for old ones the Origin is
// held against the portal's own address and the one that was asked. Programs send neither: their token decides.
func (a *App) sameOrigin(c *fiber.Ctx) bool {
	switch c.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return true
	case "":
	default:
		return false
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Host == a.URL.Host || u.Host == string(c.Request().Host()))
}

// csrf is the token for the forms of a page: bound to the browser's session or, before there is one, to its visit.
func (a *App) csrf(c *fiber.Ctx) string {
	bound := c.Cookies(a.sessionCookie())
	if bound == "" {
		bound = a.visit(c)
	}
	return a.tokenOf(bound)
}

// tokenOf makes a token anew for each page: pages are compressed, and what stands in them unchanged could be guessed by
// their size. Its first half is by chance, the second proves that the first was made here for this browser.
func (a *App) tokenOf(bound string) string {
	var salt [16]byte
	_, _ = rand.Read(salt[:]) // it never fails
	return base64.RawURLEncoding.EncodeToString(append(salt[:], a.seal(salt[:], bound)...))
}

func (a *App) seal(salt []byte, bound string) []byte {
	mac := hmac.New(sha256.New, a.Secret)
	mac.Write([]byte("form token\x00"))
	mac.Write(salt)
	mac.Write([]byte(bound))
	return mac.Sum(nil)
}

// tokenHolds tells whether a form's token belongs to this browser. Scripts may send it as a header instead.
func (a *App) tokenHolds(c *fiber.Ctx, token string) bool {
	if token == "" {
		token = c.Get("X-CSRF-Token")
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != 16+sha256.Size {
		return false
	}
	bound := []string{c.Cookies(a.sessionCookie())}
	if signedIn := session(c).ID != 0; !signedIn || c.Path() == "/sign-in" { // a second click there comes signed in
		bound = append(bound, c.Cookies(a.visitCookie()))
	}
	return slices.ContainsFunc(bound, func(cookie string) bool {
		return cookie != "" && hmac.Equal(raw[16:], a.seal(raw[:16], cookie))
	})
}

// visit is what tells browsers apart in which nobody is signed in.
func (a *App) visit(c *fiber.Ctx) string {
	if v := c.Cookies(a.visitCookie()); v != "" {
		return v
	}
	v := newToken()
	c.Cookie(a.cookie(a.visitCookie(), v, 0))
	c.Request().Header.SetCookie(a.visitCookie(), v) // for a second form on the same page
	return v
}

func (a *App) sessionCookie() string { return a.cookieName("portico") }
func (a *App) visitCookie() string   { return a.cookieName("portico-visit") }

// cookieName says by its prefix, where it can, that the cookie came over TLS from this very host.
func (a *App) cookieName(name string) string {
	if a.secure() {
		return "__Host-" + name
	}
	return name
}

func (a *App) secure() bool { return a.URL.Scheme == "https" }

// cookie lives as long as the browser's session when life is 0, and ends at once when life is negative.
func (a *App) cookie(name, value string, life time.Duration) *fiber.Cookie {
	c := &fiber.Cookie{Name: name, Value: value, Path: "/", HTTPOnly: true, Secure: a.secure(), SameSite: fiber.CookieSameSiteLaxMode}
	switch {
	case life > 0:
		c.MaxAge = int(life / time.Second)
	case life < 0:
		c.Expires = time.Unix(1, 0)
	}
	return c
}

func newToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // it never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// ownPath is an address within the portal to go on to, or the fallback for anything else.
func ownPath(next, fallback string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return fallback
	}
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" {
		return fallback
	}
	return next
}
