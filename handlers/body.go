package handlers

import (
	"bytes"
	"errors"
	"io"

	"github.com/gofiber/fiber/v2"
)

// Bodies arrive as streams, of any length: the server below refuses none. So everything that reads one counts, and what
// nobody read is read away or cut off when the answer is made: else it would be taken for the next request.

// drained is how much of an unread body is read away, so that a browser that still sends gets to see the answer. Beyond
// it the connection is closed.
const drained = 64 << 20

// body is a request's body as it arrives, counted.
type body struct {
	from  io.Reader
	left  int64 // how much more may be read
	ended bool
}

// Read fails with fiber.ErrRequestEntityTooLarge where the body is longer than it may be.
func (b *body) Read(p []byte) (int, error) {
	if b.ended {
		return 0, io.EOF
	}
	if b.left <= 0 {
		return 0, fiber.ErrRequestEntityTooLarge
	}
	n, err := b.from.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	b.ended = err != nil // io.EOF: reading on would read the next request; anything else: the connection is lost
	return n, err
}

type localBody struct{}

// bodyOf is the request's body, of which at most max bytes can be read.
func bodyOf(c *fiber.Ctx, max int64) *body {
	b, ok := c.Locals(localBody{}).(*body)
	if !ok {
		b = &body{from: c.Context().RequestBodyStream()}
		b.ended = b.from == nil
		c.Locals(localBody{}, b)
	}
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
	if int64(c.Request().Header.ContentLength()) > max {
		return fiber.ErrRequestEntityTooLarge
	}
	var all bytes.Buffer
	switch n, err := all.ReadFrom(b); {
	case err == nil && n < int64(c.Request().Header.ContentLength()), err != nil && !errors.Is(err, fiber.ErrRequestEntityTooLarge):
		return fiber.ErrBadRequest // it was cut off
	case err != nil, n > max:
		return fiber.ErrRequestEntityTooLarge
	}
	c.Request().SetBody(all.Bytes())
	return nil
}

// finishBody stands around everything else and sees to what was left unread.
func finishBody(c *fiber.Ctx) error {
	err := c.Next()
	b := bodyOf(c, drained)
	if c.Request().IsBodyStream() && !b.ended {
		if _, lost := io.Copy(io.Discard, b); lost != nil {
			c.Context().SetConnectionClose()
		}
	}
	return err
}
