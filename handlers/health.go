package handlers

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"portico/db"
	"portico/handlers/desk"

	"github.com/gofiber/fiber/v2"
)

// Health tells those who watch over the portal how it is: balancers, orchestrators, people.
type Health struct {
	checks   []check
	stopping atomic.Bool
}

// check is one thing that must be so before the portal is sent requests.
type check struct {
	name string
	ask  func(context.Context) error
}

// NewHealth makes the health of one running portal. It does not ask whether the database is migrated: that was seen to
// when this copy started, and while copies are upgraded one after another, an older one goes on working on a schema that
// is newer than its own.
func NewHealth(d *db.DB, desk *desk.Desk) *Health {
	return &Health{checks: []check{{"database", d.Ping}, {"rules", desk.Ready}}}
}

// Stop makes the portal unready, so that balancers send requests elsewhere; those that still come are answered.
func (h *Health) Stop() { h.stopping.Store(true) }

// part ends the connection with the answer once the portal is about to stop. Whoever keeps connections, a balancer
// above all, then opens another one, which may lead to another copy, and nobody sends a request into a connection that
// is being closed.
func (h *Health) part(c *fiber.Ctx) error {
	err := c.Next()
	if h.stopping.Load() {
		c.Context().SetConnectionClose()
	}
	return err
}

// alive answers /healthz: whoever can answer is alive. It must not ask the database, as a restart would not bring that
// back.
func (h *Health) alive(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.SendString("ok\n")
}

// ready answers /readyz, one line for each check.
func (h *Health) ready(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), 2*time.Second)
	defer cancel()
	var lines strings.Builder
	status := fiber.StatusOK
	if h.stopping.Load() {
		status = fiber.StatusServiceUnavailable
		fmt.Fprintln(&lines, "stopping")
	}
	for _, check := range h.checks {
		word := "ok"
		if err := check.ask(ctx); err != nil {
			status, word = fiber.StatusServiceUnavailable, "not ready"
		}
		fmt.Fprintf(&lines, "%s: %s\n", check.name, word)
	}
	if status != fiber.StatusOK {
		c.Set(fiber.HeaderRetryAfter, "5")
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Status(status).SendString(lines.String())
}
