// Package embedded runs a PostgreSQL server for one data folder: it makes the cluster, starts the server as a child on
// a unix socket of its own, and stops it. Nothing listens on the network.
//
// One process owns a data folder at a time; others that start on the same folder join its server over the socket, and
// one of them takes over when the owner leaves. A server that dies is started again.
package embedded

import (
	"context"
	"log/slog"
	"net/url"
	"sync"
)

// The roles and the database that every cluster has from its first start.
const (
	// Owner owns the database and everything in it: for migrations and for tests that make databases. It is the
	// cluster's superuser.
	Owner = "portico_owner"
	// Program is the role the portal works as: it owns nothing, and may only what migrations grant it.
	Program = "portico"
	// Database is the portal's database.
	Database = "portico"
)

// Options say which folder to serve, and how.
type Options struct {
	// Dir is the data folder; it is made when it is missing. The cluster lies in Dir/postgres, and beside it
	// postgres.log, postgres.lock and postgres.run, the folder of the socket.
	Dir string
	// Log hears of starts, stops and accidents. Nil is silent.
	Log *slog.Logger
	// Throwaway gives up all durability for speed. For tests.
	Throwaway bool
	// Bin is the folder of initdb and postgres; empty means that they are looked for.
	Bin string
}

// Server is a running PostgreSQL, owned or joined.
type Server struct {
	log     *slog.Logger
	opts    Options
	files   files
	account account

	mu       sync.Mutex // guards what changes when a joined server is taken over
	lock     *lock      // nil while joined
	child    *child     // nil while joined
	stopping context.Context
	stop     context.CancelFunc
	watched  chan struct{}
	stopped  sync.Once
	stopErr  error
}

// Start starts the server of a data folder, or joins the one that is running there, and returns when it answers. Only
// Stop ends it: ctx bounds the start, not the server.
//
// Its errors are sentences for the person who starts the portal.
func Start(ctx context.Context, o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return start(ctx, o)
}

// Find tells the folder of the PostgreSQL that Start would run for a data folder, or why there is none.
func Find(dir string) (bin string, err error) { return find(dir) }

// URL is where a role reaches a database of this server, as pgx and libpq read it. It stays true when another process
// takes the server over.
func (s *Server) URL(role, database string) string {
	return address(s.files.socket, role, database)
}

// Joined tells whether another process owns the server. It turns false when that process leaves and this one takes over.
func (s *Server) Joined() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lock == nil
}

// Stop stops the server that this process owns: politely, and harder when it lingers or ctx ends. A joined server is
// left to its owner. Stopping twice is harmless.
func (s *Server) Stop(ctx context.Context) error {
	s.stopped.Do(func() { s.stopErr = s.shutdown(ctx) })
	return s.stopErr
}

func address(socket, role, database string) string {
	u := url.URL{
		Scheme: "postgres",
		User:   url.User(role),
		Path:   "/" + database,
		RawQuery: url.Values{
			"host":    {socket},
			"port":    {"5432"},
			"sslmode": {"disable"},
		}.Encode(),
	}
	return u.String()
}
