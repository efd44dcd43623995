package desk

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"

	"portico/db"
	"portico/policy"
)

// Notifications are what somebody is told of by mail. Letters about how one gets in are sent always.
type Notifications struct {
	Unmailed   bool           // nothing at all of cases
	Monitoring bool           // of cases that monitoring opened too
	Muted      []db.EventKind // not of these
}

// NotificationsOf are a person's.
func NotificationsOf(p db.Person) Notifications {
	n := Notifications{Unmailed: p.Unmailed, Monitoring: p.Monitoring}
	for _, kind := range db.MailKinds {
		if slices.Contains(p.Muted, string(kind)) {
			n.Muted = append(n.Muted, kind)
		}
	}
	return n
}

// SaveNotifications keeps what somebody wants to be told of, who began from what it was. What administrators keep too
// stays, left alone, as those may have made it meanwhile.
func (d *Desk) SaveNotifications(ctx context.Context, who policy.Actor, in, was Notifications) error {
	return d.changePerson(ctx, who, db.PersonNotified, func(p *db.Person) (columns []string, _ error) {
		columns = change(columns, "unmailed", &p.Unmailed, in.Unmailed, was.Unmailed)
		columns = change(columns, "monitoring", &p.Monitoring, in.Monitoring, was.Monitoring)
		muted := []string{}
		for _, kind := range db.MailKinds {
			if slices.Contains(in.Muted, kind) {
				muted = append(muted, string(kind))
			}
		}
		if !slices.Equal(muted, p.Muted) {
			p.Muted, columns = muted, append(columns, "muted")
		}
		return columns, nil
	})
}

// Unsubscription is what the link at the foot of a mail can do, and all it can do: to have somebody not told of a kind of
// event any more, or of nothing.
type Unsubscription struct {
	PersonID int64
	Kind     db.EventKind
}

// ErrBrokenLink says that a link was not made here, or not as a whole.
var ErrBrokenLink = errors.New("the link is broken")

// sealBytes is how much of a seal a link carries.
const sealBytes = 16

// UnsubscribeToken is what a link proves with that it may. It never expires: mails are kept for years.
func (d *Desk) UnsubscribeToken(u Unsubscription) string {
	what := strconv.FormatInt(u.PersonID, 10) + "." + string(u.Kind)
	return what + "." + base64.RawURLEncoding.EncodeToString(d.sealUnsubscription(what))
}

// ReadUnsubscribe tells what a token is for; ErrBrokenLink for one that was not made here.
func (d *Desk) ReadUnsubscribe(token string) (Unsubscription, error) {
	end := strings.LastIndexByte(token, '.')
	if end < 0 || len(token) > 200 {
		return Unsubscription{}, ErrBrokenLink
	}
	seal, err := base64.RawURLEncoding.Strict().DecodeString(token[end+1:])
	if err != nil || !hmac.Equal(seal, d.sealUnsubscription(token[:end])) {
		return Unsubscription{}, ErrBrokenLink
	}
	id, kind, _ := strings.Cut(token[:end], ".")
	u := Unsubscription{Kind: db.EventKind(kind)}
	if u.PersonID, err = strconv.ParseInt(id, 10, 64); err != nil || !slices.Contains(db.MailKinds, u.Kind) {
		return Unsubscription{}, ErrBrokenLink
	}
	return u, nil
}

func (d *Desk) sealUnsubscription(what string) []byte {
	mac := hmac.New(sha256.New, d.Secret)
	mac.Write([]byte("unsubscribe\x00" + what))
	return mac.Sum(nil)[:sealBytes]
}

// Unsubscribe does what a token is for, or has somebody told of nothing at all: at once, whoever asks, for a disabled
// person too, and as often as one likes. A broken token, and one of a person who is no more, are ErrBrokenLink.
func (d *Desk) Unsubscribe(ctx context.Context, token string, all bool) (Unsubscription, error) {
	u, err := d.ReadUnsubscribe(token)
	if err != nil {
		return u, err
	}
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		p, err := tx.LockPerson(ctx, u.PersonID)
		if errors.Is(err, db.ErrNotFound) {
			return ErrBrokenLink
		}
		if err != nil {
			return err
		}
		detail, column := map[string]any{"all": true}, "unmailed"
		switch {
		case all && p.Unmailed, !all && slices.Contains(p.Muted, string(u.Kind)):
			return nil
		case all:
			p.Unmailed = true
		default:
			p.Muted = append(p.Muted, string(u.Kind))
			detail, column = map[string]any{"kind": string(u.Kind)}, "muted"
		}
		if err := tx.SavePerson(ctx, &p, d.Clock(), column); err != nil {
			return err
		}
		return d.audit(ctx, tx, policy.Actor{}, db.AuditEntry{Action: db.PersonUnsubscribed, Subject: "person", SubjectID: p.ID,
			AccountID: p.AccountID, Detail: detail})
	})
	return u, err
}
