package jobs

import (
	"context"
	"errors"
	"net/url"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/mail"
	"portico/policy"

	"github.com/riverqueue/river"
)

// mailer writes and sends promised mail. Without a sender it is written only.
type mailer struct {
	river.WorkerDefaults[db.SendMail]
	desk   *desk.Desk
	sender *mail.Sender
}

// Work sends one mail: a try that fails is told on the mail, and comes again later. Where a plug is pulled between the
// server's word and the note of it, the mail goes out again, under the same Message-ID. Whoever may not see the case any
// more, or was disabled, or has said meanwhile that they don't want such mail, gets none.
func (w mailer) Work(ctx context.Context, job *river.Job[db.SendMail]) error {
	letter, err := w.desk.DB.Letter(ctx, job.Args.MailID)
	if errors.Is(err, db.ErrNotFound) || err == nil && !letter.SentAt.IsZero() {
		return nil
	}
	if err != nil {
		return err
	}
	if !w.may(letter) {
		letter.Failure = "its reader may not see the case any more"
		return w.desk.DB.SaveMail(ctx, letter.Mail)
	}
	if !letter.Wanted() {
		letter.Failure = "its reader does not want to be told of such any more"
		return w.desk.DB.SaveMail(ctx, letter.Mail)
	}
	provider, err := w.desk.DB.Setting(ctx, "provider", "Portico")
	if err != nil {
		return err
	}
	address, err := url.Parse(w.desk.URL)
	if err != nil {
		return err
	}
	unsubscribe := w.desk.UnsubscribeToken(desk.Unsubscription{PersonID: letter.PersonID, Kind: db.EventKind(letter.Kind)})
	if letter.OutsiderID != 0 {
		unsubscribe = w.desk.OutsiderToken(letter.OutsiderID)
	}
	message := mail.Write(letter, unsubscribe, provider, address)
	letter.Subject, letter.Body, letter.Failure = message.Subject, message.Body, ""
	if w.sender == nil {
		return w.desk.DB.SaveMail(ctx, letter.Mail)
	}
	sent := w.sender.Send(ctx, message)
	if sent != nil {
		letter.Failure = sent.Error()
	} else {
		letter.SentAt = w.desk.Clock()
	}
	return errors.Join(sent, w.desk.DB.SaveMail(ctx, letter.Mail))
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
