package db

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Topic names what changed. It carries ids only: whoever hears it asks again, through their own scope.
type Topic string

// The topics. One of them may be lost while a copy is not connected: Listen then says Everything.
const (
	Everything    Topic = "*"      // anything may have changed: the listener was away
	RulesChanged  Topic = "rules"  // another version of the rule set is live
	PolicyChanged Topic = "policy" // policy lines or somebody's grants changed
	SetUpChanged  Topic = "set-up" // what the provider set up: settings, services, the catalog …
)

// CaseChanged is the topic of one case.
func CaseChanged(n Number) Topic { return Topic(casePrefix + strconv.FormatInt(int64(n), 10)) }

const casePrefix = "case-"

// CaseNoted is the topic of what only staff see of a case: customers don't even hear that something happened.
func CaseNoted(n Number) Topic { return Topic(fmt.Sprintf("note-%d", int64(n))) }

// QueueChanged is the topic of one queue: a case came, went, or moved within.
func QueueChanged(id int64) Topic { return Topic(fmt.Sprintf("queue-%d", id)) }

// PersonChanged is the topic of one person: disabled, or granted something else.
func PersonChanged(id int64) Topic { return Topic(fmt.Sprintf("person-%d", id)) }

// OwnChanged is the topic of what is one person's own, such as a draft: it is told to nobody else.
func OwnChanged(id int64) Topic { return Topic(fmt.Sprintf("own-%d", id)) }

// milestone is told with whatever changes, and each is another. PostgreSQL tells everybody of everything in one order, so
// a milestone is the same place in it at every copy: whoever says which one they heard last can be told by any copy what
// came since.
func milestone() Topic { return milestonePrefix + Topic(rand.Text()[:12]) } // 60 bits: never again while anybody knows it

const milestonePrefix = "at-"

// Milestone gives the name of a milestone; ok is false for what is none.
func (t Topic) Milestone() (name string, ok bool) {
	return strings.CutPrefix(string(t), milestonePrefix)
}

const channel = "portico"

// Notify tells all running copies, when the transaction commits, that topics changed; of none, but where they are.
func (d *DB) Notify(ctx context.Context, topics ...Topic) error {
	if _, err := d.fast.Exec(ctx, `select pg_notify($1, t) from unnest($2::text[]) t`, channel, told(topics)); err != nil {
		return fmt.Errorf("notify %v: %w", topics, err)
	}
	return nil
}

// told is what is told of a change: the topics, and where they are.
func told(topics []Topic) []string {
	names := make([]string, 0, len(topics)+1)
	for _, t := range topics {
		names = append(names, string(t))
	}
	return append(names, string(milestone()))
}

// Listen calls hear with each topic that any copy notifies, until the context ends. It keeps one connection of its own,
// connects again when that breaks, and then says Everything, as notifications in between are lost. hear must be quick:
// the next topic waits for it.
func (d *DB) Listen(ctx context.Context, log *slog.Logger, hear func(Topic)) {
	for wait := 100 * time.Millisecond; ; {
		err := d.listen(ctx, func(t Topic) {
			wait = 100 * time.Millisecond
			hear(t)
		})
		if ctx.Err() != nil {
			return
		}
		log.Warn("not listening for changes", "error", err, "again_in", wait)
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = min(2*wait, 5*time.Second)
	}
}

func (d *DB) listen(ctx context.Context, hear func(Topic)) error {
	conn, err := pgx.ConnectConfig(ctx, d.pool.Config().ConnConfig.Copy())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "listen "+channel); err != nil {
		return err
	}
	hear(Everything)
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		hear(Topic(n.Payload))
	}
}
