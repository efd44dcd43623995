package jobs

import (
	"context"
	"errors"
	"log/slog"
	"net/url"

	"portico/db"
	"portico/handlers/desk"
	"portico/handlers/mail"

	"github.com/riverqueue/river"
)

// postman writes and sends promised letters. Without a sender they are written only.
type postman struct {
	river.WorkerDefaults[db.SendLetter]
	desk   *desk.Desk
	sender *mail.Sender
	log    *slog.Logger
}

// Work sends one letter, with a secret that is made for this try: it stands nowhere else. A try that fails is told on the
// mail, and comes again later. Unlike mail about cases it is sent at least once, as somebody waits for it who can't get in
// without: where a plug is pulled between the server's word and the note of it, the letter goes out again, under the same
// Message-ID, and what came first is as good as what came then.
func (w postman) Work(ctx context.Context, job *river.Job[db.SendLetter]) error {
	ctx = db.AsSystem(ctx, "letters")
	id := job.Args.MailID
	token, expires, err := w.desk.AddressLetter(ctx, id)
	if errors.Is(err, db.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	letter, err := w.desk.DB.Letter(ctx, id)
	if err != nil {
		return err
	}
	provider, err := w.desk.DB.Setting(ctx, "provider", "Portico")
	if err != nil {
		return err
	}
	address, err := url.Parse(w.desk.URL)
	if err != nil {
		return err
	}
	message, kept, err := mail.WriteLetter(letter, mail.Secret{Token: token, Expires: expires}, provider, address)
	if err != nil {
		return err
	}
	letter.Subject, letter.Body, letter.Failure = message.Subject, kept, ""
	if w.sender == nil { // whoever runs the portal reads it in the sender's place
		letter.Body, letter.Outcome = message.Body, db.MailKept
		return w.desk.DB.SaveMail(ctx, letter.Mail)
	}
	sent := w.sender.Send(ctx, message, nil)
	if errors.Is(sent, mail.ErrPerhaps) { // which is what a letter's next try is for
		sent = errors.New(sent.Error())
	}
	return came{w.desk, w.log}.of(ctx, letter.Mail, sent, job.JobRow)
}
