package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
)

// gone are errors that a connection breaks with, as the system, pgx and database/sql say it.
var gone = []error{
	io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, syscall.EPIPE, syscall.ECONNRESET, syscall.ECONNREFUSED,
	driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone, context.DeadlineExceeded,
}

// Away tells whether err means that the database can't be reached, does not answer in time, is just starting or
// stopping, or gave way to another transaction: worth a retry, and nobody's fault who asked. What was asked for may have been done all the same.
func Away(err error) bool {
	if err == nil {
		return false
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) || pgconn.SafeToRetry(err) {
		return true
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "53300", "57014", "25P03", // too many connections; it took too long, a statement or a transaction
			"40001", "40P01", "55P03": // another transaction was in the way
			return true
		}
		// 57P01…57P05: shutting down, crashed, starting up; 08…: connection exceptions.
		return strings.HasPrefix(pg.Code, "57P") || strings.HasPrefix(pg.Code, "08")
	}
	for _, g := range gone {
		if errors.Is(err, g) {
			return true
		}
	}
	text := err.Error() // what pgx has no value for
	return strings.Contains(text, "conn closed") || strings.Contains(text, "closed pool")
}
