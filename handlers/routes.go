package handlers

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Route is one address that answers.
type Route struct {
	Method string
	Path   string
	Who    string // may ask it
	Looked bool   // that one of the provider's people asked it is in the audit log
}

// Who may ask a route, before policy decides what they get to see.
const (
	everybody = "everybody"
	whoever   = "who is signed in"
)

// Routes is the map of the portal, for people to read. It needs no database: no handler is called.
func Routes() []Route {
	a := &App{Health: &Health{}}
	a.fiber = fiber.New(fiber.Config{DisableStartupMessage: true})
	var list []Route
	a.fiber.Hooks().OnRoute(func(r fiber.Route) error {
		if r.Method != fiber.MethodGet && r.Method != fiber.MethodPost {
			return nil // fiber adds a HEAD to each GET
		}
		who := everybody
		if a.asks != "" {
			who = a.asks // its handler was wrapped just now
		}
		if r.Path != "/" || a.asks != "" { // what stands before or behind all routes is none itself
			list = append(list, Route{r.Method, r.Path, who, a.looks})
		}
		a.asks, a.looks = "", false
		return nil
	})
	a.routes(a.fiber)
	slices.SortStableFunc(list, func(a, b Route) int { return strings.Compare(a.Path, b.Path) })
	return list
}
