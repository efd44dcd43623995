package handlers_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"portico/handlers/desk"

	"github.com/google/uuid"
)

// backtested is a draft that changes cases, held against all of them, by the address of its backtest.
func (s *sweep) backtested() (draft, backtest string) {
	s.t.Helper()
	ctx := context.Background()
	draft = s.draft()
	var id int64
	if _, err := fmt.Sscanf(draft, "/rules/drafts/%d", &id); err != nil {
		s.t.Fatal(err)
	}
	platform := s.Actor("platform@boreal.test")
	d, err := s.DB.RuleDraft(ctx, id)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.Desk.SaveDraft(ctx, platform, id, d.Revision, strings.ReplaceAll(d.Source, "queue: Voice", "queue: Security")); err != nil {
		s.t.Fatal(err)
	}
	b, err := s.Desk.BeginBacktest(ctx, platform, desk.NewBacktest{Draft: id, Submission: uuid.New()})
	if err == nil {
		err = s.Desk.WorkBacktests(ctx)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return draft, fmt.Sprintf("/rules/backtests/%d", b.ID)
}

// backtests are the pages of a draft that is held against what is live.
func (s *sweep) backtests(get func(route, path, want string), post func(string, func(string) string, func(string) url.Values, string), theirs, none string) {
	draft, done := s.backtested()
	get("/rules/drafts/:id<int>/backtest", draft+"/backtest", theirs)
	get("/rules/drafts/:id<int>/backtest", "/rules/drafts/999999/backtest", none)
	get("/rules/backtests/:id<int>", done, theirs)
	get("/rules/backtests/:id<int>", "/rules/backtests/999999", none)
	get("/rules/backtests/:id<int>/cases", done+"/cases?to-queue=Security", theirs)
	get("/rules/backtests/:id<int>/cases/:number", done+"/cases/"+s.maple.String(), theirs)
	get("/rules/backtests/:id<int>/cases/:number", done+"/cases/CS9999999", none)
	for _, table := range []string{"priority", "queue", "load", "items", "accounts", "locations", "promises", "agreement", "cases"} {
		get("/rules/backtests/:id<int>/:table.csv", done+"/"+table+".csv", theirs)
	}
	get("/rules/backtests/:id<int>/:table.csv", done+"/other.csv", none)
	get("/rules/shadows", "/rules/shadows", theirs)
	token := func(string) url.Values { return url.Values{"submission": {uuid.NewString()}} }
	post("/rules/drafts/:id<int>/backtests", func(string) string { return s.draft() + "/backtests" }, token, theirs)
	post("/rules/drafts/:id<int>/backtests", func(string) string { return "/rules/drafts/999999/backtests" }, token, none)
	post("/rules/drafts/:id<int>/shadow", func(string) string { return s.draft() + "/shadow" }, token, theirs)
	post("/rules/backtests/:id<int>/end", func(string) string { return done + "/end" }, token, theirs)
}
