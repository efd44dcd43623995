package main

import (
	"context"
	"log/slog"
	"os"

	"portico/handlers"

	"golang.org/x/term"
)

// newLog logs to standard error: lines for people where that is a terminal, JSON for machines elsewhere.
func newLog(level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: readable}
	var handler slog.Handler = slog.NewJSONHandler(os.Stderr, options)
	if term.IsTerminal(int(os.Stderr.Fd())) {
		handler = slog.NewTextHandler(os.Stderr, options)
	}
	return slog.New(handlers.LogHandler(handler))
}

// levelQuiet is for commands that a person types: what goes well is not worth a line.
const levelQuiet = slog.LevelWarn

// quieter drops what is said below a warning.
func quieter(log *slog.Logger) *slog.Logger { return slog.New(floor{log.Handler()}) }

type floor struct{ slog.Handler }

func (f floor) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && f.Handler.Enabled(ctx, level)
}
func (f floor) WithAttrs(attrs []slog.Attr) slog.Handler { return floor{f.Handler.WithAttrs(attrs)} }
func (f floor) WithGroup(name string) slog.Handler       { return floor{f.Handler.WithGroup(name)} }

// readable writes durations as people do, 1.5s, where JSON would count nanoseconds.
func readable(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.StringValue(a.Value.Duration().String())
	}
	return a
}
