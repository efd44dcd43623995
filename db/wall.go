package db

import "context"

// Wall is what PostgreSQL itself lets somebody see of cases, their events, files, copies and mail, whatever a query asks
// for: a second wall behind the scopes that queries are given, which holds where one of them is wrong or forgotten. It
// travels in the context. Without one nothing of a customer's is there.
type Wall struct {
	Cases    Scope // with their history and files
	Person   int64 // whose uploads are seen until they are sent; 0: nobody's
	Notes    bool  // what staff say among themselves too
	Provider bool  // all mail, and the whole audit log

	system string // the portal itself, at work on this
}

type wallKey struct{}

// Behind gives a context whose queries see no further than the wall. It is put up once for a request, where it is known
// who asks; see policy.Judge.Wall.
func Behind(ctx context.Context, w Wall) context.Context { return context.WithValue(ctx, wallKey{}, w) }

// AsSystem gives a context whose queries are the portal's own and see everything: for background jobs, for what is done
// for somebody who is nobody yet, and for commands. The name says at what work, in small letters.
func AsSystem(ctx context.Context, name string) context.Context {
	return Behind(ctx, Wall{Cases: Scope{All: true}, Notes: true, Provider: true, system: name})
}
