package desk

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"time"

	"portico/db"
)

// letter is a mail that tells of no case's event: it lets somebody in, or tells what happened to their login.
type letter struct {
	Kind db.LetterKind
	// Reader is whom it is for. For somebody who is nobody yet only name, language and address count; kinds that are
	// addressed to whoever has the address (see letters) need no more than that.
	Reader db.Person
	To     string // instead of the reader's own address
	By     int64  // the person whom it names as who had it sent
	About  int64  // what its link is about, as its purpose has it
	Case   db.Number
}

// letters says what each kind of letter carries.
var letters = map[db.LetterKind]struct {
	link db.LinkPurpose // empty: no link that is a secret
	life time.Duration  // of that link, from when it is written
	// known is what the letter becomes where its address turns out to be somebody's. That is looked up when the letter is
	// written, so that asking for it is the same work, and has the same answer, for every address.
	known db.LetterKind
}{
	db.LetterInvitation:      {link: db.ChoosePassword, life: 14 * 24 * time.Hour},
	db.LetterWelcome:         {link: db.ChoosePassword, life: 14 * 24 * time.Hour},
	db.LetterSignUp:          {link: db.SignUp, life: 3 * 24 * time.Hour, known: db.LetterKnown},
	db.LetterFirstRequest:    {link: db.FirstRequest, life: 14 * 24 * time.Hour, known: db.LetterConfirmRequest},
	db.LetterConfirmRequest:  {link: db.ConfirmRequest, life: 14 * 24 * time.Hour},
	db.LetterKnown:           {},
	db.LetterReset:           {link: db.ChoosePassword, life: time.Hour, known: db.LetterReset},
	db.LetterEmail:           {link: db.ConfirmEmail, life: 24 * time.Hour},
	db.LetterEmailTaken:      {},
	db.LetterEmailChanged:    {},
	db.LetterPasswordChanged: {},
	db.LetterRegistration:    {},
	db.LetterWaiting:         {},
	db.LetterRefused:         {},
	db.LetterDraftAsked:      {},
	db.LetterDraftReturned:   {},
	db.LetterDraftFailed:     {},
}

// promiseLetter has a letter written and sent, in its reader's language. It exists if and only if what it tells of does.
// The secret of its link is made when it is written, and stands nowhere but in it.
func (d *Desk) promiseLetter(ctx context.Context, tx *db.DB, l letter) error {
	m := db.Mail{PersonID: l.Reader.ID, CaseID: l.Case, Kind: string(l.Kind), To: l.To, CreatedAt: d.Clock(),
		ByID: l.By, About: l.About}
	if m.To == "" {
		m.To = l.Reader.Email
	}
	if m.PersonID == 0 {
		m.Name, m.Language = l.Reader.Name(), l.Reader.Language
	}
	if err := tx.AddLetter(ctx, &m); err != nil {
		return err
	}
	return tx.Enqueue(ctx, db.SendLetter{MailID: m.ID})
}

// AddressLetter makes a letter ready to be written: it finds out whom it is for, and makes its link, whose secret is new
// each time. The secret is empty for a letter without one; ErrNotFound says that nobody is to get the letter any more.
func (d *Desk) AddressLetter(ctx context.Context, id int64) (secret string, expires time.Time, err error) {
	wanted := false
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		m, err := tx.HoldLetter(ctx, id)
		if err != nil {
			return err
		}
		if wanted, err = d.address(ctx, tx, &m); err != nil {
			return err
		}
		if !wanted {
			return tx.DropLetter(ctx, id)
		}
		kind := letters[db.LetterKind(m.Kind)]
		if kind.link == "" {
			return nil
		}
		secret, expires = newSecret(), d.Clock().Add(kind.life)
		return tx.AddLink(ctx, &db.Link{TokenHash: hashSecret(secret), Purpose: kind.link, PersonID: m.PersonID, Email: m.To,
			About: m.About, MailID: id, CreatedAt: d.Clock(), ExpiresAt: expires})
	})
	if err == nil && !wanted {
		err = db.ErrNotFound
	}
	return secret, expires, err
}

// address finds whom a letter is for, and tells whether they are to get it.
func (d *Desk) address(ctx context.Context, tx *db.DB, m *db.Mail) (wanted bool, err error) {
	var reader db.Person
	known := letters[db.LetterKind(m.Kind)].known
	switch {
	case m.PersonID != 0:
		reader, err = tx.Person(ctx, m.PersonID)
	case known != "":
		reader, err = tx.PersonByEmail(ctx, m.To)
	}
	if errors.Is(err, db.ErrNotFound) {
		// Nobody forgot their password; others are nobody yet.
		return m.PersonID == 0 && known != db.LetterKind(m.Kind), nil
	}
	if err != nil || reader.ID == 0 {
		return err == nil, err
	}
	turned := m.PersonID == 0
	if turned {
		m.PersonID, m.Kind = reader.ID, string(known)
	}
	if m.Kind == string(db.LetterEmail) {
		other, err := tx.PersonByEmail(ctx, m.To)
		if err != nil && !errors.Is(err, db.ErrNotFound) {
			return false, err
		}
		if turned = err == nil && other.ID != reader.ID; turned {
			m.Kind = string(db.LetterEmailTaken)
		}
	}
	if turned {
		err = tx.AddressLetter(ctx, *m)
	}
	// The old address hears that it is not theirs any more whether they may sign in just now or not: they may be let in again.
	return reader.DisabledAt.IsZero() || m.Kind == string(db.LetterEmailChanged), err
}

// newSecret is what makes a link good.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // it never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// hashSecret is what is kept of it.
func hashSecret(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
