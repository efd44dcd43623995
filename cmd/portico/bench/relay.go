package bench

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"time"

	"portico/db"

	"github.com/jackc/pgx/v5"
)

// measured is a topic that concerns nobody.
const measured db.Topic = "measured"

// relay is the least that telling many takes: it listens to PostgreSQL, and writes what it hears to sockets, without
// asking who may know.
type relay struct {
	audience
	conn    *pgx.Conn
	socket  net.Listener
	stop    context.CancelFunc
	writing chan struct{}
}

// newRelay opens one with so many who hear it.
func newRelay(ctx context.Context, b *bench, listeners int) (*relay, error) {
	r := &relay{audience: audience{heard: make(chan hearing, listeners), failed: make(chan error, listeners), left: make(chan struct{})}, writing: make(chan struct{})}
	ctx, r.stop = context.WithCancel(ctx)
	var err error
	if r.conn, err = b.connect(ctx); err != nil {
		return nil, err
	}
	if _, err := r.conn.Exec(ctx, "listen portico"); err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if r.socket, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	var to []net.Conn
	for who := range listeners {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", r.socket.Addr().String())
		if err != nil {
			return nil, fmt.Errorf("a bare socket: %w", err)
		}
		r.connections = append(r.connections, conn)
		other, err := r.socket.Accept()
		if err != nil {
			return nil, fmt.Errorf("a bare socket: %w", err)
		}
		to = append(to, other)
		r.read(bufio.NewReaderSize(conn, 512), who, measured)
	}
	go func() {
		defer close(r.writing)
		r.pass(ctx, to)
	}()
	return r, nil
}

// pass writes to all sockets what is heard, until it is stopped.
func (r *relay) pass(ctx context.Context, to []net.Conn) {
	defer func() {
		for _, conn := range to {
			_ = conn.Close()
		}
	}()
	for {
		heard, err := r.conn.WaitForNotification(ctx)
		if err != nil {
			return
		}
		if heard.Payload != string(measured) {
			continue
		}
		for _, conn := range to {
			_ = conn.SetWriteDeadline(time.Now().Add(patience))
			_, _ = fmt.Fprintf(conn, "event: %s\ndata: -\n\n", heard.Payload) // who can't be told is found missing
		}
	}
}

// leave ends it.
func (r *relay) leave() {
	r.stop()
	<-r.writing
	_ = r.conn.Close(context.Background())
	_ = r.socket.Close()
	r.audience.leave()
}
