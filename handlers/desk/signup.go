package desk

import (
	"context"
	"crypto/rand"
	"errors"
	"math/big"
	"strings"
	"time"
	"unicode"

	"portico/db"
	"portico/policy"

	"github.com/google/uuid"
)

// SignUp is somebody who asks to be let in.
type SignUp struct {
	Name       string // full
	Email      string
	Code       string // of an account, where the portal is open by codes
	Language   string
	Client     string    // the client's address
	Submission uuid.UUID // the form's own token: sent twice, it is done once
}

// registrationLife is for how long a registration waits.
const registrationLife = 14 * 24 * time.Hour

// triesByCode is how many wrong codes a client may give within knockWindow.
const triesByCode = 20

// SignUp takes down that somebody asks to be let in. They hear of it by mail: whether the address is somebody's already is
// found out when that is written, so the answer is the same for every address, and takes as long.
//
// Invalid says what is wrong with "name", "email" or "code"; ErrNotFound that nobody can sign up by themselves; Throttled
// that it was tried too often. A code that is not known may be called so: codes are drawn by lot from more than can be
// tried, and one that is known tells no more than that its holder was given it.
func (d *Desk) SignUp(ctx context.Context, in SignUp) error {
	open, err := d.Doors(ctx)
	if err != nil {
		return err
	}
	if open.SignUp == SignUpInvitation {
		return db.ErrNotFound
	}
	r := db.Registration{Language: in.Language, State: db.NeedsLink, Submission: in.Submission, CreatedAt: d.Clock(),
		ExpiresAt: d.Clock().Add(registrationLife)}
	invalid := Invalid{}
	invalid.take("name", &r.Name, FullName, in.Name)
	invalid.take("email", &r.Email, EmailAddress, in.Email)
	if open.SignUp == SignUpByCode {
		r.State = db.Registered
		if r.AccountID, err = d.accountOf(ctx, in.Code, in.Client, invalid); err != nil {
			return err
		}
	}
	if len(invalid) > 0 {
		return invalid
	}
	if err := d.knock(ctx, "sign-up", in.Client, r.Email); err != nil {
		return err
	}
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		added, err := tx.AddRegistration(ctx, &r)
		if err != nil || !added {
			return err
		}
		if r.State == db.Registered {
			err = tx.Enqueue(ctx, db.GreetNewcomer{Registration: r.ID})
		} else {
			err = d.promiseLetter(ctx, tx, letter{Kind: db.LetterSignUp, Reader: newcomer(r.Name, r.Email, r.Language), About: r.ID})
		}
		if err != nil {
			return err
		}
		return d.audit(ctx, tx, policy.Actor{}, db.AuditEntry{Action: db.RegistrationCreated, Subject: "registration", SubjectID: r.ID, AccountID: r.AccountID})
	})
}

// take reads a field by the one function that knows it, and keeps what that complains of.
func (i Invalid) take(field string, into *string, read func(string) (string, Complaint), typed string) {
	value, wrong := read(typed)
	if wrong.Code != "" {
		i[field] = wrong
		return
	}
	*into = value
}

// accountOf finds the account that a code is for, or complains of the code. Wrong ones are counted.
func (d *Desk) accountOf(ctx context.Context, typed, client string, invalid Invalid) (int64, error) {
	code := registrationCode(typed)
	if code == "" {
		invalid["code"] = Complaint{Code: "signup.code.missing"}
		if strings.TrimSpace(typed) != "" {
			invalid["code"] = Complaint{Code: "signup.code.unknown"}
		}
		return 0, nil
	}
	key := "registration code by " + clientOf(client)
	ok, wait, err := d.DB.Throttle(ctx, key, triesByCode, knockWindow)
	switch {
	case err != nil:
		return 0, err
	case !ok:
		return 0, Throttled{Wait: wait}
	}
	account, err := d.DB.AccountByCode(ctx, code)
	if errors.Is(err, db.ErrNotFound) {
		invalid["code"] = Complaint{Code: "signup.code.unknown"}
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return account, d.DB.Untry(ctx, key)
}

// codeLetters are those of registration codes: none looks or sounds like another. Fifteen of these 23 are 67 bits.
const (
	codeLetters = "34679ACDEFGHJKMNPQRTWXY"
	codeLength  = 15
	codeGroup   = 5
)

// NewRegistrationCode draws a registration code, by lot: "7KQ4R-XH39M-ADT6W". It can be read out over a telephone.
func NewRegistrationCode() string {
	var b strings.Builder
	for i := range codeLength {
		if i > 0 && i%codeGroup == 0 {
			b.WriteByte('-')
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(codeLetters))))
		if err != nil {
			panic(err) // the system has no random numbers: nothing else would work either
		}
		b.WriteByte(codeLetters[n.Int64()])
	}
	return b.String()
}

// registrationCode is a code as it is kept, however it was typed; empty for what can't be one.
func registrationCode(typed string) string {
	var letters []rune
	for _, r := range typed {
		switch r = unicode.ToUpper(r); {
		case unicode.IsSpace(r) || unicode.Is(unicode.Pd, r):
			continue
		case !strings.ContainsRune(codeLetters, r) || len(letters) == codeLength:
			return ""
		}
		letters = append(letters, r)
	}
	if len(letters) != codeLength {
		return ""
	}
	s := string(letters)
	return s[:codeGroup] + "-" + s[codeGroup:2*codeGroup] + "-" + s[2*codeGroup:]
}
