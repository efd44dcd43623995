package handlers

import (
	"bytes"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// framed refuses requests that say in two ways, or in an odd one, where they end: a balancer before the portal may read
// them otherwise, and take for the next request what here is part of this one. Their connection ends with the answer.
func framed(c *fiber.Ctx) error {
	if plainlyFramed(&c.Request().Header) {
		return c.Next()
	}
	c.Context().SetConnectionClose()
	return fiber.ErrBadRequest
}

// plainlyFramed looks at the headers as they were sent: the server below keeps only what it understood.
func plainlyFramed(h *fasthttp.RequestHeader) bool {
	hosts, lengths, codings := 0, 0, 0
	empty := true // no body is announced
	for line := range bytes.Lines(h.RawHeaders()) {
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		if len(line) == 0 {
			break
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || len(name) == 0 || bytes.ContainsAny(name, " \t") || bytes.ContainsAny(line, "\r\x00") {
			return false // a line that goes on from the one before, too
		}
		value = bytes.Trim(value, " \t")
		switch {
		case bytes.EqualFold(name, []byte(fiber.HeaderHost)):
			hosts++
		case bytes.EqualFold(name, []byte(fiber.HeaderContentLength)):
			lengths++
			if len(value) == 0 || len(value) > 15 || len(bytes.Trim(value, "0123456789")) > 0 {
				return false
			}
			empty = empty && len(bytes.Trim(value, "0")) == 0
		case bytes.EqualFold(name, []byte(fiber.HeaderTransferEncoding)):
			codings++
			empty = false
			if !bytes.EqualFold(value, []byte("chunked")) {
				return false
			}
		}
	}
	if !empty && (h.IsGet() || h.IsHead()) {
		return false // the server below leaves such a body where it is, and it would be read as a request
	}
	return hosts <= 1 && lengths+codings <= 1 && (codings == 0 || h.IsHTTP11())
}
