package handlers

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/db"
	"portico/policy"

	"github.com/gofiber/fiber/v2"
)

// Handler answers a request of somebody.
type Handler func(c *fiber.Ctx, who policy.Actor) error

// errExpired says that a form's token does not belong to the browser that sends it: it had been open for too long, or
// it was made elsewhere. errForeign says that no page of ours sent it.
var (
	errExpired = errors.New("the form's token does not hold")
	errForeign = errors.New("the form is not from a page of ours")
)

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

// byLink lets in whoever has a link that says by itself what it may. Mail programs post to such an address, without a
// cookie, a page of ours, or its token: none of them is asked for, and the handler goes by the link alone.
func (a *App) byLink(h Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		who, err := a.actor(c) // for what stands around the page
		if err != nil {
			return err
		}
		if c.Method() == fiber.MethodPost {
			if err := readBody(c, smallBody); err != nil {
				return err
			}
			allow(c, readWait)
		}
		return h(c, who)
	}
}

func (a *App) enter(signedIn, read bool, h Handler) fiber.Handler {
	if signedIn {
		a.asks = whoever
	}
	return func(c *fiber.Ctx) error {
		c.Locals(localSince, a.live.milestone())
		unsafe := c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead
		if unsafe && !a.sameOrigin(c) {
			return errForeign
		}
		who, err := a.actor(c)
		switch {
		case err != nil:
			return err
		case signedIn && !who.SignedIn() && unsafe:
			return a.signedOutMeanwhile(c)
		case signedIn && !who.SignedIn():
			return errSignedOut
		}
		if unsafe && read {
			if err := readBody(c, smallBody); err != nil {
				return err
			}
			allow(c, readWait)
			if !a.tokenHolds(c, c.FormValue("csrf")) {
				values, _ := fieldsOf(c)
				return a.stale(c, who, values)
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
	localLang  // of whom a letter was to whose link is asked for
	localSince // the milestone that was heard last before anything was read: a page is told what came later
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
	putBehind(c, a.Judge.Wall(who))
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
	switch origin := c.Get(fiber.HeaderOrigin); origin {
	case "":
		return true
	case "null": // pages that tell nobody their address don't tell us either, in old browsers
		return strings.HasPrefix(c.Path(), linksPath)
	default:
		return a.ours(c, origin)
	}
}

// surelyOurs tells whether the browser says that a page of ours sent the request.
func (a *App) surelyOurs(c *fiber.Ctx) bool {
	if site := c.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	return a.ours(c, c.Get(fiber.HeaderOrigin))
}

func (a *App) ours(c *fiber.Ctx, origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && (u.Host == a.URL.Host || u.Host == string(c.Request().Host()))
}

// csrf is the token for the forms of a page: bound to the browser's session or, before there is one, to its visit.
func (a *App) csrf(c *fiber.Ctx) string {
	who, _ := c.Locals(localActor).(policy.Actor)
	bound := c.Cookies(a.sessionCookie())
	if bound == "" {
		bound = a.visit(c)
	}
	return a.tokenOf(bound, who.Person.ID)
}

// A form's token: half of its salt is by chance, the other half proves whom it was made for, and the rest proves that both
// were made here for this browser.
const (
	chanceSize = 8
	saltSize   = 2 * chanceSize
	tokenSize  = saltSize + sha256.Size
)

// tokenOf makes a token anew for each page: pages are compressed, and what stands in them unchanged could be guessed by
// their size.
func (a *App) tokenOf(bound string, person int64) string {
	salt := make([]byte, chanceSize, tokenSize)
	_, _ = rand.Read(salt) // it never fails
	salt = append(salt, a.personSeal(salt, person)...)
	return base64.RawURLEncoding.EncodeToString(append(salt, a.seal(salt, bound)...))
}

func (a *App) seal(salt []byte, bound string) []byte {
	mac := hmac.New(sha256.New, a.Secret)
	mac.Write([]byte("form token\x00"))
	mac.Write(salt)
	mac.Write([]byte(bound))
	return mac.Sum(nil)
}

// personSeal outlives sessions: it tells no more than who was shown a form.
func (a *App) personSeal(chance []byte, person int64) []byte {
	mac := hmac.New(sha256.New, a.Secret)
	mac.Write([]byte("form of\x00"))
	mac.Write(chance)
	mac.Write(strconv.AppendInt(nil, person, 10))
	return mac.Sum(nil)[:chanceSize]
}

// unseal takes a token apart, if it looks like one.
func unseal(token string) (raw []byte, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	return raw, err == nil && len(raw) == tokenSize
}

// madeFor tells whether a token was made for the person's forms, whether it still holds or not.
func (a *App) madeFor(token string, person int64) bool {
	raw, ok := unseal(token)
	return ok && hmac.Equal(raw[chanceSize:saltSize], a.personSeal(raw[:chanceSize], person))
}

// tokenHolds tells whether a form's token belongs to this browser. Scripts may send it as a header instead.
func (a *App) tokenHolds(c *fiber.Ctx, token string) bool {
	if token == "" {
		token = c.Get("X-CSRF-Token")
	}
	raw, ok := unseal(token)
	if !ok {
		return false
	}
	bound := []string{c.Cookies(a.sessionCookie())}
	if signedIn := session(c).ID != 0; !signedIn || c.Path() == "/sign-in" || strings.HasPrefix(c.Path(), linksPath) { // a second click there comes signed in
		bound = append(bound, c.Cookies(a.visitCookie()))
	}
	return slices.ContainsFunc(bound, func(cookie string) bool {
		return cookie != "" && hmac.Equal(raw[saltSize:], a.seal(raw[:saltSize], cookie))
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

// ownPath is an address within the portal to go on to, or the fallback for anything else. Browsers read addresses in their
// own way: they take \ for /, and leave tabs and ends of lines out.
func ownPath(next, fallback string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsFunc(next, func(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }) {
		return fallback
	}
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil {
		return fallback
	}
	return next
}
