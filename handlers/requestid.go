package handlers

import (
	"context"
	"log/slog"
	"regexp"

	"portico/db"
)

// decentID is what is taken over from a proxy; anything else could forge lines of the log.
var decentID = regexp.MustCompile(`^[A-Za-z0-9._-]{8,64}$`)

// RequestID names the request that the context belongs to; it is empty outside of one.
func RequestID(ctx context.Context) string { return db.RequestOf(ctx) }

// LogHandler adds the request's id to each record that is logged with its context, by whichever package.
func LogHandler(inner slog.Handler) slog.Handler { return requestLog{inner} }

type requestLog struct{ slog.Handler }

// Handle adds the id.
func (h requestLog) Handle(ctx context.Context, r slog.Record) error {
	if id := RequestID(ctx); id != "" {
		r = r.Clone()
		r.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps the id on loggers made of this one.
func (h requestLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestLog{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the id on loggers made of this one.
func (h requestLog) WithGroup(name string) slog.Handler { return requestLog{h.Handler.WithGroup(name)} }
