package db

import (
	"context"
	"strconv"
	"strings"
)

// Wall is what PostgreSQL itself lets somebody see of cases, their events, files, copies and mail, whatever a query asks
// for: a second wall behind the scopes that queries are given, which holds where one of them is wrong or forgotten. It
// travels in the context, and stands for as long as one transaction. Without one nothing of a customer's is there.
type Wall struct {
	Cases    Scope // with their history and files
	Person   int64 // whose uploads are seen until they are sent; 0: nobody's
	Notes    bool  // what staff say among themselves too
	Provider bool  // all mail, and the whole audit log

	system string // the portal itself, at work on this
}

// standing is a wall in a context, with what the database is told of it.
type standing struct {
	wall Wall
	text string
}

type wallKey struct{}

// Behind gives a context whose queries see no further than the wall. It is put up once for a request, where it is known
// who asks; see policy.Judge.Wall.
func Behind(ctx context.Context, w Wall) context.Context {
	return context.WithValue(ctx, wallKey{}, standing{w, w.String()})
}

// AsSystem gives a context whose queries are the portal's own and see everything: for background jobs, for what is done
// for somebody who is nobody yet, and for commands. The name says at what work, in small letters.
func AsSystem(ctx context.Context, name string) context.Context {
	return Behind(ctx, Wall{Cases: Scope{All: true}, Notes: true, Provider: true, system: name})
}

// wallOf is what the database is to be told of the context's wall; empty without one.
func wallOf(ctx context.Context) string {
	s, _ := ctx.Value(wallKey{}).(standing)
	return s.text
}

// String is the wall as the setting portico.wall says it; see migrations. Nothing in it needs to be quoted.
func (w Wall) String() string {
	flag := func(set bool, word string) string {
		if set {
			return word
		}
		return "-"
	}
	name, in := "person", w.Cases
	if w.system != "" {
		name = "system-" + strings.Map(plainLetter, w.system)
	}
	accounts := make([]int64, 0, len(in.Branches)+len(in.Accounts))
	for _, b := range in.Branches {
		accounts = append(accounts, b.AccountID)
	}
	for _, id := range in.Accounts {
		accounts = append(accounts, -id)
	}
	return strings.Join([]string{
		name, flag(in.All, "all"), flag(w.Notes, "notes"), flag(w.Provider, "provider"), figure(w.Person),
		figures(accounts), figures(in.Queues), figure(in.Own.Root), figure(in.Own.Requester), figure(in.Own.Copied),
	}, " ")
}

func plainLetter(r rune) rune {
	if r >= 'a' && r <= 'z' {
		return r
	}
	return '-'
}

func figure(id int64) string { return strconv.FormatInt(id, 10) }

func figures(ids []int64) string {
	text := []byte{'{'}
	for i, id := range ids {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(text, id, 10)
	}
	return string(append(text, '}'))
}
