package handlers_test

import (
	"net/http"
	"slices"
	"testing"

	"portico/handlers"
)

func TestRoutes(t *testing.T) {
	open := []string{
		"GET /sign-in", "POST /sign-in", "POST /sign-out", "GET /healthz", "GET /readyz", "GET /static/:name", "GET /favicon.ico",
		"POST /sign-up", "POST /general-request", "POST /forgotten-password", "POST /links/:token", "POST /links/:token/requirements",
		"POST /unsubscribe/:token",
	}
	seen := map[string]bool{}
	for _, r := range handlers.Routes() {
		name := r.Method + " " + r.Path
		if seen[name] {
			t.Errorf("%s stands twice in the map", name)
		}
		seen[name] = true
		if everybody := r.Who == "everybody"; r.Method == http.MethodPost && everybody != slices.Contains(open, name) {
			t.Errorf("%s is for %s", name, r.Who)
		}
	}
	for _, name := range open {
		if !seen[name] {
			t.Errorf("%s is missing from the map", name)
		}
	}
}
