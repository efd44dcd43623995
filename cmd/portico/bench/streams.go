package bench

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"portico/db"
)

const streamGroup = "Streams"

// perPerson is how many streams one person opens: fewer than a portal lets them have.
const perPerson = 40

// changes is how often something changes while all listen.
const changes = 20

// quiet is how long nobody tells anything before memory is looked at; patience bounds each wait for a stream.
const (
	quiet    = time.Second
	patience = 30 * time.Second
)

// streams opens many, and measures what they take and how soon all of them are told of a change.
func (b *bench) streams(ctx context.Context) error {
	name := fmt.Sprintf("%d open streams", b.Streams)
	if !b.wants(streamGroup, name) || b.Streams == 0 {
		return nil
	}
	b.now(streamGroup, name)
	number, _, err := b.caseWith(ctx, 1)
	if err != nil {
		return wrong(streamGroup, name, err)
	}
	before, err := b.settledMemory(ctx)
	if err != nil {
		return wrong(streamGroup, name, err)
	}
	audience, err := b.listeners(ctx, number)
	defer audience.leave()
	if err != nil {
		return wrong(streamGroup, name, err)
	}
	n := len(audience.connections)
	name = fmt.Sprintf("%d open streams", n)
	after, err := b.settledMemory(ctx)
	if err != nil {
		return wrong(streamGroup, name, err)
	}
	more := float64(after-before) / megabyte
	f := b.report.value(streamGroup, name+", memory", more, "MB")
	f.Note = fmt.Sprintf("%.0f kB each", more*1000/float64(n))
	f.Aim = withinMegabytes(60 * float64(n) / 1000)
	f.Aim.judge(more)

	told, heard, err := audience.changes(ctx, b, number)
	if err != nil {
		return wrong(streamGroup, name, err)
	}
	all := b.report.add(streamGroup, fmt.Sprintf("from commit to the last of %d told", n), told)
	all.under(heard)
	all.PerSecond, all.Floor.PerSecond = 0, 0
	if all.Ratio > 0 {
		all.Aim = timesFloor(3)
		all.Aim.judge(all.Ratio)
	}
	all.Note = "floor: one LISTEN by bare pgx, and as many bare sockets"
	return nil
}

// settledMemory is what the portal occupies when it has had a moment.
func (b *bench) settledMemory(ctx context.Context) (int64, error) {
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(quiet):
	}
	return b.meters.memory(ctx)
}

// audience is who listens.
type audience struct {
	connections []net.Conn
	heard       chan hearing
	failed      chan error
	left        chan struct{} // closed when nobody is interested any more
	reading     sync.WaitGroup
}

// hearing is when one of them was told.
type hearing struct {
	who int
	at  time.Time
}

// listeners has the provider's people listen to a case: they may all hear of its notes.
func (b *bench) listeners(ctx context.Context, n db.Number) (*audience, error) {
	c := &audience{heard: make(chan hearing, b.Streams), failed: make(chan error, b.Streams), left: make(chan struct{})}
	staff, err := b.db.Agents(ctx, b.Streams/perPerson+1)
	if err != nil {
		return c, err
	}
	for _, person := range staff {
		v, err := b.signIn(ctx, person)
		if err != nil {
			return c, err
		}
		for range min(perPerson, b.Streams-len(c.connections)) {
			if err := c.join(ctx, v, db.CaseChanged(n)); err != nil {
				return c, err
			}
		}
	}
	return c, nil
}

// join opens one stream, and returns when it has begun. It is read by hand: a thousand of an HTTP client's connections
// would take more from the machine than the portal that is measured.
func (c *audience) join(ctx context.Context, v *visitor, topic db.Topic) error {
	conn, err := dial(ctx, v.portal)
	if err != nil {
		return fmt.Errorf("open a stream: %w", err)
	}
	who := len(c.connections)
	c.connections = append(c.connections, conn)
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	_, err = fmt.Fprintf(conn, "GET /live?on=%s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nAccept: text/event-stream\r\n\r\n", topic, v.portal.url.Host, v.cookie)
	if err != nil {
		return fmt.Errorf("open a stream: %w", err)
	}
	lines := bufio.NewReaderSize(conn, 512)
	first, err := lines.ReadString('\n')
	if err == nil && !strings.Contains(first, " 200 ") {
		err = errors.New(strings.TrimSpace(first))
	}
	if err != nil {
		return fmt.Errorf("a stream was refused: %w", err)
	}
	for line := ""; !strings.HasPrefix(line, ": here"); {
		if line, err = lines.ReadString('\n'); err != nil {
			return fmt.Errorf("a stream did not begin: %w", err)
		}
	}
	_ = conn.SetReadDeadline(time.Time{})
	c.read(lines, who, topic)
	return nil
}

// read notes when one of them is told of the topic.
func (c *audience) read(lines *bufio.Reader, who int, topic db.Topic) {
	c.reading.Go(func() {
		for {
			line, err := lines.ReadSlice('\n')
			if err != nil {
				c.failed <- err
				return
			}
			if strings.HasPrefix(string(line), "event: "+string(topic)) {
				select {
				case c.heard <- hearing{who, time.Now()}:
				case <-c.left:
				}
			}
		}
	})
}

func dial(ctx context.Context, p *portal) (net.Conn, error) {
	d := &net.Dialer{Timeout: patience}
	if p.url.Scheme == "https" {
		return (&tls.Dialer{NetDialer: d}).DialContext(ctx, "tcp", hostPort(p.url))
	}
	return d.DialContext(ctx, "tcp", hostPort(p.url))
}

func (c *audience) leave() {
	close(c.left)
	for _, conn := range c.connections {
		_ = conn.Close()
	}
	c.reading.Wait()
}

// changes writes notes into the case, one after the other, and waits each time until all have heard of it; by turns with
// the floor, where PostgreSQL tells somebody who does nothing but pass it on to as many sockets.
func (c *audience) changes(ctx context.Context, b *bench, n db.Number) (told, floor sample, err error) {
	bare, err := newRelay(ctx, b, len(c.connections))
	if err != nil {
		return told, floor, err
	}
	defer bare.leave()
	note := func(ctx context.Context, tx *db.DB) error {
		e := db.Event{CaseID: n, At: time.Now(), PersonID: b.people.agent.who.Person.ID, Kind: db.Note, Internal: true, Body: "Looked at it."}
		if err := tx.Lengthen(ctx, e); err != nil {
			return err
		}
		return tx.Notify(ctx, db.CaseNoted(n))
	}
	for range changes {
		if err := c.change(ctx, b, &told, func() error { return b.db.InTx(ctx, note) }); err != nil {
			return told, floor, err
		}
		if err := bare.change(ctx, b, &floor, func() error { return b.db.Notify(ctx, measured) }); err != nil {
			return told, floor, err
		}
	}
	slices.Sort(told.took)
	slices.Sort(floor.took)
	return told, floor, nil
}

// change makes one change, and adds what it took from then on until all had heard of it.
func (c *audience) change(ctx context.Context, b *bench, to *sample, do func() error) error {
	one, err := b.metered(ctx, func() (sample, error) {
		if err := do(); err != nil {
			return sample{}, err
		}
		made := time.Now()
		last, err := c.all(ctx)
		took := max(last.Sub(made), 0)
		return sample{took: []time.Duration{took}, wall: took}, err
	})
	to.add(one)
	return err
}

// all waits until each has heard, and tells when the last did.
func (c *audience) all(ctx context.Context) (last time.Time, err error) {
	late := time.NewTimer(patience)
	defer late.Stop()
	told := make(map[int]bool, len(c.connections))
	for len(told) < len(c.connections) {
		select {
		case h := <-c.heard:
			told[h.who] = true
			if h.at.After(last) {
				last = h.at
			}
		case err := <-c.failed:
			return last, fmt.Errorf("a stream ended: %w", err)
		case <-late.C:
			return last, fmt.Errorf("%d of %d streams were not told within %s", len(c.connections)-len(told), len(c.connections), patience)
		case <-ctx.Done():
			return last, ctx.Err()
		}
	}
	return last, nil
}
