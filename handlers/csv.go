package handlers

import (
	"bufio"
	"context"
	"encoding/csv"
	"mime"
	"strings"
	"time"

	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// exportTime is how long the export of a whole list may take.
const exportTime = 10 * time.Minute

// lines gives the lines of an export one after the other, until write fails. It runs after the handler has returned, so it
// must not touch the request; its context lives until the export ends, and carries what the request's carried.
type lines func(ctx context.Context, write func(fields ...string) error) error

// export answers with a table as a file of comma-separated values, streamed: however long it is, no more than some lines of
// it are in memory. It begins with the mark by which spreadsheets know UTF-8. A field that a spreadsheet would take for a
// formula gets an apostrophe in front, which plain takes off again. Where it breaks off half-way, its last line says so.
func (a *App) export(c *fiber.Ctx, name string, head []string, all lines) error {
	ctx := context.WithoutCancel(c.UserContext())
	broken := views.T(a.lang(c), "export.broken")
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		ctx, cancel := context.WithTimeout(ctx, exportTime)
		defer cancel()
		stop := context.AfterFunc(a.live.gone, cancel) // the portal is about to stop
		defer stop()
		_, _ = w.WriteString("\ufeff")
		table := csv.NewWriter(w)
		write := func(fields ...string) error {
			line := make([]string, len(fields))
			for i, f := range fields {
				line[i] = tame(f)
			}
			return table.Write(line)
		}
		err := write(head...)
		if err == nil {
			err = all(ctx, write)
		}
		if err != nil {
			a.Log.ErrorContext(ctx, "an export broke off", "file", name, "error", err)
			_ = table.Write([]string{broken})
		}
		table.Flush()
	})
	return nil
}

// formula are the signs by which spreadsheets take what follows for a formula.
const formula = "=+-@\t\r"

// tame keeps a spreadsheet from reading a field as a formula.
func tame(field string) string {
	if field != "" && (strings.ContainsRune(formula, rune(field[0])) || tamed(field)) {
		return "'" + field
	}
	return field
}

// plain is a field as it was before tame: what was exported and comes back.
func plain(field string) string {
	if tamed(field) {
		return field[1:]
	}
	return field
}

// tamed tells whether a field begins with an apostrophe before what would be taken for a formula, or before another such.
func tamed(field string) bool {
	rest := strings.TrimLeft(field, "'")
	return len(rest) < len(field) && rest != "" && strings.ContainsRune(formula, rune(rest[0]))
}
