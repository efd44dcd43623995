package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"
)

// LetterKind says what a mail that tells of no case's event is about. It is kept as the mail's kind.
type LetterKind string

// The letters there are. What each says stands in the catalogues under "letter.<kind>".
const (
	LetterInvitation      LetterKind = "invitation"       // an administrator lets a contact in: choose a password
	LetterWelcome         LetterKind = "welcome"          // a registration was approved: choose a password
	LetterSignUp          LetterKind = "sign-up"          // to somebody who is nobody yet: choose a password
	LetterFirstRequest    LetterKind = "first-request"    // the same, and what they asked for is theirs then
	LetterConfirmRequest  LetterKind = "confirm-request"  // to somebody known: was it you who asked?
	LetterKnown           LetterKind = "known"            // somebody signed up with an address that has a login already
	LetterReset           LetterKind = "reset"            // to whom forgot their password
	LetterEmail           LetterKind = "email"            // to a new address: is it yours?
	LetterEmailTaken      LetterKind = "email-taken"      // the same, but it is somebody else's
	LetterEmailChanged    LetterKind = "email-changed"    // to the old one
	LetterPasswordChanged LetterKind = "password-changed" // to whose password was changed
	LetterRegistration    LetterKind = "registration"     // to administrators: somebody waits for approval
	LetterWaiting         LetterKind = "waiting"          // to who waits for it
	LetterRefused         LetterKind = "refused"          // to who was not let in
	LetterDraftAsked      LetterKind = "draft-asked"      // to platform administrators: rules wait for a second person
	LetterDraftReturned   LetterKind = "draft-returned"   // to who asked: they were sent back
	LetterDraftFailed     LetterKind = "draft-failed"     // to who planned it: rules could not be published at their time
)

// LinkPurpose is what a link lets its holder do.
type LinkPurpose string

// The purposes of links.
const (
	ChoosePassword LinkPurpose = "password"
	ConfirmEmail   LinkPurpose = "email"
	SignUp         LinkPurpose = "sign-up"         // about a registration of somebody who is nobody yet
	FirstRequest   LinkPurpose = "first-request"   // the same, who asked for something
	ConfirmRequest LinkPurpose = "confirm-request" // about a request of somebody known
)

// A link that is no good any more says why.
var (
	ErrLinkUsed    = errors.New("the link was used already")
	ErrLinkExpired = errors.New("the link has expired")
)

// Link is what a link in a mail is good for.
type Link struct {
	bun.BaseModel `bun:"table:links,alias:link"`

	ID        int64  `bun:",pk,autoincrement"`
	TokenHash []byte // SHA-256 of what stands in the mail
	Purpose   LinkPurpose
	PersonID  int64  `bun:",nullzero"` // 0: for somebody who is nobody yet
	Email     string // where it was sent
	About     int64  `bun:",nullzero"` // what it is about, as its purpose has it
	MailID    int64  `bun:",nullzero"`
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time `bun:",nullzero"` // or when it was taken back
}

// Good tells why a link can't be used at a time; nil if it can.
func (l Link) Good(now time.Time) error {
	switch {
	case !l.UsedAt.IsZero():
		return ErrLinkUsed
	case !now.Before(l.ExpiresAt):
		return ErrLinkExpired
	}
	return nil
}

// AddLink keeps a new link.
func (d *DB) AddLink(ctx context.Context, l *Link) error {
	if _, err := d.bun.NewInsert().Model(l).Exec(ctx); err != nil {
		return fmt.Errorf("keep a link: %w", err)
	}
	return nil
}

// Link finds a link by the hash of its secret, whether it is good or not; ErrNotFound if there is none.
func (d *DB) Link(ctx context.Context, tokenHash []byte) (Link, error) {
	var l Link
	err := d.bun.NewSelect().Model(&l).Where("token_hash = ?", tokenHash).Scan(ctx)
	return l, notFound(err)
}

// UseLink uses a link up: of many who try at once one gets it, the others ErrLinkUsed. It is used if and only if the
// transaction is committed. What else its reader holds for the same purpose is gone with it: the same mail may have come
// twice, and some ask for more than one. It locks the link's person first.
func (d *DB) UseLink(ctx context.Context, tokenHash []byte, now time.Time) (Link, error) {
	if d.tx == nil {
		return Link{}, errors.New("a link is used inside of a transaction")
	}
	l, err := d.Link(ctx, tokenHash)
	if err != nil {
		return Link{}, err
	}
	if err := l.Good(now); err != nil {
		return l, err
	}
	lock, held := `select id from people where id = $1 for update`, l.PersonID
	if held == 0 {
		lock, held = `select id from links where mail_id = $1 order by id for update`, l.MailID
	}
	if _, err := d.fast.Exec(ctx, lock, fixed, held); err != nil {
		return Link{}, fmt.Errorf("use a link: %w", err)
	}
	tag, err := d.fast.Exec(ctx, `update links set used_at = $2 where id = $1 and used_at is null`, fixed, l.ID, now)
	if err != nil {
		return Link{}, fmt.Errorf("use a link: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return l, ErrLinkUsed
	}
	_, err = d.fast.Exec(ctx, `
		update links set used_at = $1
		 where used_at is null and purpose = $2 and about is not distinct from $3 and person_id is not distinct from $4
		   and ($4 is not null or mail_id = $5)`, fixed, now, l.Purpose, some(l.About), some(l.PersonID), some(l.MailID))
	if err != nil {
		return Link{}, fmt.Errorf("use a link: %w", err)
	}
	return l, nil
}

// endedLettersSQL takes back letters of people that carry a link, and were not sent yet.
const endedLettersSQL = `
delete from mails where person_id = any ($1) and event_id is null and sent_at is null and (subject = '' or failure <> '') and kind = any ($2)`

var endedLetters = []LetterKind{LetterInvitation, LetterWelcome, LetterReset, LetterEmail, LetterConfirmRequest}

// EndLinks takes back all links that a person has, those too that stand in letters which were not sent yet: a password
// that somebody changes because another knew it must be worth something.
func (d *DB) EndLinks(ctx context.Context, person int64, now time.Time) error {
	// A letter that is being written just now is waited for: its link is there then.
	_, err := d.walled.Exec(asPostman(ctx), endedLettersSQL, fixed, []int64{person}, endedLetters)
	if err == nil {
		_, err = d.fast.Exec(ctx, `update links set used_at = $2 where person_id = $1 and used_at is null`, fixed, person, now)
	}
	if err != nil {
		return fmt.Errorf("take back links: %w", err)
	}
	return nil
}

// SweepLinks removes links that ended a month ago: until then they can say so.
func (d *DB) SweepLinks(ctx context.Context) error {
	if _, err := d.fast.Exec(ctx, `delete from links where expires_at < now() - interval '30 days'`, fixed); err != nil {
		return fmt.Errorf("sweep links: %w", err)
	}
	return nil
}

// asPostman is the portal itself, whose alone letters are: who has one written need not be one who may read it.
func asPostman(ctx context.Context) context.Context { return AsSystem(ctx, "letters") }

// HoldLetter reads a letter that was not sent yet, for the transaction to write it: others wait. ErrNotFound if it was
// sent or taken back.
func (d *DB) HoldLetter(ctx context.Context, id int64) (Mail, error) {
	var m Mail
	err := d.walled.QueryRow(asPostman(ctx), `select `+mailColumns+` from mails where id = $1 and event_id is null and sent_at is null for update`, fixed, id).
		Scan(m.fields()...)
	return m, notFound(err)
}

// AddLetter keeps a promised letter, and writes the id that the database gives into it.
func (d *DB) AddLetter(ctx context.Context, m *Mail) error {
	err := d.walled.QueryRow(asPostman(ctx), `
		insert into mails (person_id, case_id, kind, "to", created_at, by_id, about, name, language)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`, fixed,
		some(m.PersonID), some(int64(m.CaseID)), m.Kind, m.To, m.CreatedAt, some(m.ByID), some(m.About), m.Name, m.Language).Scan(&m.ID)
	if err != nil {
		return fmt.Errorf("promise a letter: %w", err)
	}
	return nil
}

// AddressLetter keeps whom a letter turned out to be for, and what of it there is to say to them.
func (d *DB) AddressLetter(ctx context.Context, m Mail) error {
	if _, err := d.walled.Exec(asPostman(ctx), `update mails set person_id = $2, kind = $3 where id = $1`, fixed, m.ID, some(m.PersonID), m.Kind); err != nil {
		return fmt.Errorf("address a letter: %w", err)
	}
	return nil
}

// DropLetter forgets a letter that nobody is to get.
func (d *DB) DropLetter(ctx context.Context, id int64) error {
	_, err := d.walled.Exec(asPostman(ctx), `delete from mails where id = $1 and event_id is null and sent_at is null`, fixed, id)
	if err != nil {
		return fmt.Errorf("drop a letter: %w", err)
	}
	return nil
}
