package desk

import (
	"context"
	"errors"
	"strings"

	"portico/db"
	"portico/policy"
	"portico/rules"
)

// ErrSetUp says that somebody has set the portal up already.
var ErrSetUp = errors.New("the portal is set up already")

// Administrator is the first of a portal's people, who sets up everything and everybody else.
type Administrator struct {
	FirstName, LastName string
	Email               string
	Password            string
	Language            string // empty: English
}

// firstQueue is where cases wait until an administrator has made other queues.
const firstQueue = "Service Desk"

// SetUp begins a portal on an empty database: with its first administrator, one queue, and a rule set without rules, so
// that whatever is asked has an answer. It can be done once; ErrSetUp after that.
func (d *Desk) SetUp(ctx context.Context, a Administrator) error {
	a.FirstName, a.LastName, a.Email = strings.TrimSpace(a.FirstName), strings.TrimSpace(a.LastName), strings.TrimSpace(a.Email)
	if a.Language == "" {
		a.Language = "en"
	}
	if err := a.check(); err != nil {
		return err
	}
	a.Email, _ = EmailAddress(a.Email)
	hash, err := HashPassword(a.Password)
	if err != nil {
		return err
	}
	source := rules.RuleSet{Default: rules.Default{Outcomes: rules.Outcomes{Priority: 3, Queue: firstQueue}}}.Format()
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		if err := tx.Lock(ctx, "set-up"); err != nil {
			return err
		}
		untouched, err := tx.Untouched(ctx)
		if err != nil {
			return err
		}
		if !untouched {
			return ErrSetUp
		}
		people := []db.Person{{
			Staff: true, FirstName: a.FirstName, LastName: a.LastName, Email: a.Email, Language: a.Language, Theme: "auto",
			PasswordHash: hash, CreatedAt: d.Clock(),
		}}
		if err := db.Add(ctx, tx, people); err != nil {
			return err
		}
		return errors.Join(
			db.Add(ctx, tx, []db.Grant{{PersonID: people[0].ID, Role: db.PlatformAdministrator}}),
			db.Add(ctx, tx, []db.Queue{{Name: firstQueue}}),
			db.Add(ctx, tx, []db.RuleVersion{{
				Version: 1, Source: source, Note: "The first rule set", PublishedBy: people[0].ID, PublishedAt: d.Clock(),
			}}),
			d.audit(ctx, tx, policy.Actor{}, db.AuditEntry{Action: db.StaffCreated, Subject: "person", SubjectID: people[0].ID}),
		)
	})
}

func (a Administrator) check() error {
	invalid := Invalid{}
	for field, value := range map[string]string{"first_name": a.FirstName, "last_name": a.LastName} {
		switch {
		case value == "":
			invalid[field] = Complaint{Code: "person.name.missing"}
		case len(value) > 200 || strings.ContainsRune(value, 0):
			invalid[field] = Complaint{Code: "person.name.long"}
		}
	}
	if _, wrong := EmailAddress(a.Email); wrong.Code != "" {
		invalid["email"] = wrong
	}
	var password Invalid
	if errors.As(JudgePassword(a.Password, a.FirstName+" "+a.LastName, a.Email), &password) {
		invalid["password"] = password["password"]
	}
	if len(invalid) > 0 {
		return invalid
	}
	return nil
}
