package jobs

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/mail"
	"portico/policy"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// mailer writes and sends promised mail. Without a sender it is written only.
type mailer struct {
	river.WorkerDefaults[db.SendMail]
	desk   *desk.Desk
	sender *mail.Sender
	log    *slog.Logger
}

// Work sends one mail, once at most: that it is handed over is noted before the last dot. Where a plug is pulled between
// that and the note of the server's word, nobody knows whether it was sent; it stays so, for somebody to send it again or
// not. A try that fails for sure is told on the mail, and comes again later. Whoever may not see the case any more, or was
// disabled, or has said meanwhile that they don't want such mail, gets none.
func (w mailer) Work(ctx context.Context, job *river.Job[db.SendMail]) error {
	letter, err := w.desk.DB.Letter(ctx, job.Args.MailID)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	switch letter.Became() {
	case db.MailWaiting, db.MailRetrying:
	case db.MailPerhaps:
		w.log.WarnContext(ctx, "a mail was perhaps sent, and is not sent again by itself", "mail", letter.ID)
		return nil
	default:
		return nil
	}
	switch {
	case !w.may(letter):
		letter.Outcome = db.MailWithheld
		return w.desk.DB.SaveMail(ctx, letter.Mail)
	case !letter.Wanted():
		letter.Outcome = db.MailUnwanted
		return w.desk.DB.SaveMail(ctx, letter.Mail)
	}
	message, err := w.write(ctx, letter)
	if err != nil {
		return err
	}
	letter.Subject, letter.Body, letter.Failure = message.Subject, message.Body, ""
	if w.sender == nil {
		letter.Outcome = db.MailKept
		return w.desk.DB.SaveMail(ctx, letter.Mail)
	}
	sent := w.sender.Send(ctx, message, func(ctx context.Context) error {
		letter.HandedAt = w.desk.Clock()
		return w.desk.DB.HandOver(ctx, letter.ID, letter.HandedAt)
	})
	return came{w.desk, w.log}.of(ctx, letter.Mail, sent, job.JobRow)
}

func (w mailer) write(ctx context.Context, l db.Letter) (mail.Message, error) {
	provider, err := w.desk.DB.Setting(ctx, "provider", "Portico")
	if err != nil {
		return mail.Message{}, err
	}
	address, err := url.Parse(w.desk.URL)
	if err != nil {
		return mail.Message{}, err
	}
	tokens := mail.Tokens{
		Unsubscribe: w.desk.UnsubscribeToken(desk.Unsubscription{PersonID: l.PersonID, Kind: db.EventKind(l.Kind)}),
		Reply:       w.desk.ReplyToken(desk.Answerer{Case: l.CaseID, PersonID: l.PersonID, OutsiderID: l.OutsiderID}),
	}
	if l.OutsiderID != 0 {
		tokens.Unsubscribe = w.desk.OutsiderToken(l.OutsiderID)
	}
	if w.sender != nil {
		tokens.ReplyTo = w.sender.ReplyTo(tokens.Reply)
	}
	return mail.Write(l, tokens, provider, address)
}

// came notes what came of a try.
type came struct {
	desk *desk.Desk
	log  *slog.Logger
}

// of notes it on the mail, and gives the error by which the queue tries again; nil where that is over.
func (c came) of(ctx context.Context, m db.Mail, sent error, job *rivertype.JobRow) error {
	var refused mail.Refused
	m.Tries, m.NextAt = m.Tries+1, time.Time{}
	again := sent
	switch {
	case sent == nil:
		m.SentAt = c.desk.Clock()
	case errors.Is(sent, db.ErrStale): // somebody else is at it, or was
		return nil
	case errors.Is(sent, mail.ErrPerhaps):
		c.log.WarnContext(ctx, "a mail was perhaps sent, and is not sent again by itself", "mail", m.ID, "error", sent)
		m.Failure, again = sent.Error(), nil
	case errors.As(sent, &refused):
		m.HandedAt, m.Failure, m.Outcome, again = time.Time{}, sent.Error(), db.MailFailed, nil
	default:
		m.HandedAt, m.Failure = time.Time{}, sent.Error()
		if job.Attempt >= job.MaxAttempts {
			m.Outcome = db.MailFailed
		} else {
			m.NextAt = (&river.DefaultClientRetryPolicy{}).NextRetry(job)
		}
	}
	return errors.Join(again, c.save(ctx, m))
}

// saveFor is how long a note of what came of a try is attempted: without it the mail was perhaps sent, as far as anybody
// knows.
const saveFor = 20 * time.Second

// save keeps the note, however the job's own time is over or the database is away for a moment.
func (c came) save(ctx context.Context, m db.Mail) (err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveFor)
	defer cancel()
	for pause := 50 * time.Millisecond; ; pause *= 2 {
		if err = c.desk.DB.SaveMail(ctx, m); err == nil {
			return nil
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
	}
}

// may tells whether the reader may still be told: of a case that they see, and of nothing internal.
func (w mailer) may(l db.Letter) bool {
	reader := policy.Actor{Person: l.Reader.Person, Home: l.Reader.Home, Grants: l.Reader.Grants}
	told := !l.Event.Internal
	if l.OutsiderID != 0 {
		return l.HasCase && told && l.OutsiderTold
	}
	if l.Event.Kind == db.Notified { // which says nothing of the event
		told = reader.Staff()
	}
	return l.HasCase && told && w.desk.Judge.Can(reader, policy.See, l.Case.Ref())
}
