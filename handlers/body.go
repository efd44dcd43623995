package handlers

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"portico/policy"

	"github.com/gofiber/fiber/v2"
)

// Bodies arrive as streams, of any length and at any pace: the server below refuses none. So everything that reads one
// counts, gives up on who sends next to nothing, and bounds what all of them together keep in memory. What nobody read is
// read away or cut off when the answer is made: else it would be taken for the next request.

const (
	// drained is how much of an unread body is read away, so that a browser that still sends gets to see the answer.
	// Beyond it the connection is closed.
	drained = 64 << 20

	stall    = 15 * time.Second // that nothing at all may go on while a body comes, or an answer goes
	slowest  = 512              // bytes a second that a body has to bring after such a time
	freely   = 32 << 10         // of a body may be kept without asking for room: usual forms are always read
	bodyRoom = 32 << 20         // that all bodies together may take beyond that, on one copy
)

// room is what bodies may take in memory beyond what each may freely.
type room struct{ taken atomic.Int64 }

func (r *room) take(n int64) bool {
	if r.taken.Add(n) > bodyRoom {
		r.taken.Add(-n)
		return false
	}
	return true
}

// body is a request's body as it arrives, counted.
type body struct {
	from  io.Reader
	left  int64 // how much more may be read
	ended bool
	lost  bool // it can't be told where it ends

	conn  net.Conn
	began time.Time
	until time.Time // by when it has to be here
	came  int64

	room  *room
	kept  int64 // in memory
	taken int64 // of the room
}

// Read fails with fiber.ErrRequestEntityTooLarge where the body is longer than it may be, and with
// fiber.ErrRequestTimeout where it is too slow.
func (b *body) Read(p []byte) (int, error) {
	if b.ended {
		return 0, io.EOF
	}
	if b.left <= 0 {
		return 0, fiber.ErrRequestEntityTooLarge
	}
	now := time.Now()
	late := now.Add(stall)
	if b.until.Before(late) {
		late = b.until
	}
	if age := now.Sub(b.began); age > stall && b.came < slowest*int64(age/time.Second) {
		late = now.Add(-time.Second)
	}
	if err := b.conn.SetReadDeadline(late); err != nil {
		return 0, b.cutOff(err)
	}
	n, err := b.from.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	b.came += int64(n)
	if err == nil {
		return n, nil
	}
	if err == io.EOF { //nolint:errorlint // the very error, by the rules of io.Reader
		b.ended = true // reading on would read the next request
		return n, err
	}
	return n, b.cutOff(err)
}

// cutOff notes that the connection is of no use any more.
func (b *body) cutOff(err error) error {
	b.ended, b.lost = true, true
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fiber.ErrRequestTimeout
	}
	return err
}

// readAway reads what nobody read.
func (b *body) readAway(patience time.Duration) {
	b.left = drained
	if by := time.Now().Add(patience); by.Before(b.until) {
		b.until = by
	}
	if _, err := io.Copy(io.Discard, b); err != nil {
		b.lost = true
	}
}

// keep asks for room for so many bytes more of the body in memory, until the request has been answered.
func (b *body) keep(n int64) error {
	b.kept += n
	more := b.kept - freely - b.taken
	if more <= 0 {
		return nil
	}
	if !b.room.take(more) {
		return fiber.ErrServiceUnavailable
	}
	b.taken += more
	return nil
}

// kept is a reader of what will be kept in memory.
type kept struct {
	from io.Reader
	of   *body
}

func (k kept) Read(p []byte) (int, error) {
	n, err := k.from.Read(p)
	if full := k.of.keep(int64(n)); full != nil {
		return n, full
	}
	return n, err
}

type localBody struct{}

// bodyOf is the request's body, of which at most max bytes can be read. There is one only behind finishBody.
func bodyOf(c *fiber.Ctx, max int64) *body {
	b := c.Locals(localBody{}).(*body)
	b.left = max
	return b
}

// readBody reads the whole body, so that its fields can be asked for in the usual way. One that is longer than max is
// fiber.ErrRequestEntityTooLarge.
func readBody(c *fiber.Ctx, max int64) error {
	b := bodyOf(c, max+1)
	if b.ended {
		return nil
	}
	length := int64(c.Request().Header.ContentLength())
	if length > max {
		return fiber.ErrRequestEntityTooLarge
	}
	var all bytes.Buffer
	var answer *fiber.Error
	switch n, err := all.ReadFrom(kept{b, b}); {
	case errors.As(err, &answer):
		return err
	case err != nil, n < length:
		return fiber.ErrBadRequest // it was cut off
	case n > max:
		return fiber.ErrRequestEntityTooLarge
	}
	c.Request().SetBody(all.Bytes())
	return nil
}

// finishBody stands around everything that reads a body, and sees to what was left unread.
func finishBody(room *room) fiber.Handler {
	return func(c *fiber.Ctx) error {
		now := time.Now()
		b := &body{from: c.Context().RequestBodyStream(), conn: c.Context().Conn(), room: room,
			began: now, until: now.Add(waitFor(&c.Request().Header))}
		b.ended = b.from == nil
		c.Locals(localBody{}, b)
		defer func() { room.taken.Add(-b.taken) }()

		err := c.Next()
		if c.Request().IsBodyStream() && !b.ended {
			patience := uploadWait
			if who, ok := c.Locals(localActor).(policy.Actor); !ok || !who.SignedIn() {
				patience = readWait // nobody keeps a place for long without an account
			}
			b.readAway(patience)
		}
		if b.lost {
			c.Context().SetConnectionClose()
		}
		return err
	}
}
