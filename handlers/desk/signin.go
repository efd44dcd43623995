package desk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"portico/db"
)

// ErrWrongPassword says that e-mail and password do not match, whichever of the two it is.
var ErrWrongPassword = errors.New("e-mail and password do not match")

// Throttled says that something was tried too often, and for how long to wait.
type Throttled struct{ Wait time.Duration }

func (t Throttled) Error() string {
	return fmt.Sprintf("tried too often: wait %s", t.Wait.Round(time.Second))
}

// Tries to sign in that may fail within a window, in all running copies together.
const (
	signInWindow     = 15 * time.Minute
	triesByEmail     = 10
	triesByAddress   = 100
	longestDevice    = 256
	longestEmailByte = 320
)

// SignIn is somebody at the door.
type SignIn struct {
	Email    string
	Password string
	Session  db.Session // with the hash of its token, the client's address and its device
}

// SignIn begins a session for who knows the password. It takes as long for an address that nobody has.
func (d *Desk) SignIn(ctx context.Context, in SignIn) error {
	email := strings.ToLower(strings.TrimSpace(in.Email))
	if len(email) > longestEmailByte || strings.ContainsRune(email, 0) {
		return ErrWrongPassword
	}
	byAddress, byEmail := "sign-in by address "+in.Session.Address, "sign-in of "+email
	for _, try := range []struct {
		key   string
		limit int
	}{{byAddress, triesByAddress}, {byEmail, triesByEmail}} {
		ok, wait, err := d.DB.Throttle(ctx, try.key, try.limit, signInWindow)
		if err != nil {
			return err
		}
		if !ok {
			return Throttled{Wait: wait}
		}
	}
	person, err := d.DB.PersonByEmail(ctx, email)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	right, err := CheckPassword(person.PasswordHash, in.Password)
	if err != nil {
		return err
	}
	if !right || !person.DisabledAt.IsZero() {
		return ErrWrongPassword
	}
	// Of the address only this try is taken back: whoever guesses at others must not clear the count by being oneself.
	if err := errors.Join(d.DB.Unthrottle(ctx, byEmail), d.DB.Untry(ctx, byAddress)); err != nil {
		return err
	}
	s := in.Session
	s.PersonID, s.CreatedAt, s.SeenAt = person.ID, d.Clock(), d.Clock()
	s.ExpiresAt = d.Clock().Add(db.SessionLife)
	if len(s.Device) > longestDevice {
		s.Device = strings.ToValidUTF8(s.Device[:longestDevice], "")
	}
	return d.DB.BeginSession(ctx, &s)
}

// Device names a browser and its system as far as its User-Agent tells: "Firefox, Linux". Empty if it tells neither.
func Device(userAgent string) string {
	find := func(pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if strings.Contains(userAgent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return ""
	}
	// The order counts: Edge calls itself Chrome too, and Chrome Safari.
	browser := find("Edg", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome", "CriOS/", "Chrome", "Safari/", "Safari")
	system := find("iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "Mac OS", "macOS", "CrOS", "ChromeOS", "Linux", "Linux")
	return strings.Trim(browser+", "+system, ", ")
}
