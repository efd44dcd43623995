package desk

import (
	"context"
	"slices"
	"time"

	"portico/db"
	"portico/policy"
)

// StaffContent is what one of the provider's people is made of: who they are, and what they may do in which queues.
type StaffContent struct {
	First         string  `json:"first"`
	Last          string  `json:"last"`
	Email         string  `json:"email"`
	Language      string  `json:"language"`
	Agent         []int64 `json:"agent"` // ids of queues
	Lead          []int64 `json:"lead"`
	Administrator bool    `json:"administrator"` // of the platform
}

// StaffAsContent is what one of the provider's people is made of now.
func StaffAsContent(in db.SignedIn) StaffContent {
	c := StaffContent{First: in.Person.FirstName, Last: in.Person.LastName, Email: in.Person.Email, Language: in.Person.Language,
		Agent: []int64{}, Lead: []int64{}}
	for _, g := range in.Grants {
		switch g.Role {
		case db.Agent:
			c.Agent = append(c.Agent, g.QueueID)
		case db.TeamLead:
			c.Lead = append(c.Lead, g.QueueID)
		case db.PlatformAdministrator:
			c.Administrator = true
		}
	}
	slices.Sort(c.Agent)
	slices.Sort(c.Lead)
	return c
}

func (c StaffContent) check(queues []db.Queue) (StaffContent, error) {
	invalid := Invalid{}
	c.First, c.Last = tidyLine(c.First), tidyLine(c.Last)
	invalid.need("first", c.First, longestLabel)
	invalid.need("last", c.Last, longestLabel)
	var wrong Complaint
	if c.Email, wrong = EmailAddress(c.Email); wrong.Code != "" {
		invalid["email"] = wrong
	}
	if c.Language != "en" && c.Language != "fr" {
		invalid["language"] = Complaint{Code: "setup.choose"}
	}
	known := func(id int64) bool { return slices.ContainsFunc(queues, func(q db.Queue) bool { return q.ID == id }) }
	for field, ids := range map[string]*[]int64{"agent": &c.Agent, "lead": &c.Lead} {
		*ids = slices.Clone(*ids)
		slices.Sort(*ids)
		*ids = slices.Compact(*ids)
		if slices.ContainsFunc(*ids, func(id int64) bool { return !known(id) }) {
			invalid[field] = Complaint{Code: "setup.staff.queue-gone"}
		}
		if *ids == nil {
			*ids = []int64{}
		}
	}
	if len(c.Agent)+len(c.Lead) == 0 && !c.Administrator {
		invalid["administrator"] = Complaint{Code: "setup.staff.no-role"}
	}
	return c, invalid.err()
}

func (c StaffContent) grants(person int64) []db.Grant {
	var list []db.Grant
	for _, q := range c.Agent {
		list = append(list, db.Grant{PersonID: person, Role: db.Agent, QueueID: q})
	}
	for _, q := range c.Lead {
		list = append(list, db.Grant{PersonID: person, Role: db.TeamLead, QueueID: q})
	}
	if c.Administrator {
		list = append(list, db.Grant{PersonID: person, Role: db.PlatformAdministrator})
	}
	return list
}

func (c StaffContent) detail() map[string]any {
	return map[string]any{"agent": c.Agent, "lead": c.Lead, "administrator": c.Administrator}
}

var errAddressTaken = Invalid{"email": {Code: "setup.staff.taken"}}

// AddStaff takes somebody in at the provider, and invites them by mail to choose a password.
func (d *Desk) AddStaff(ctx context.Context, who policy.Actor, in StaffContent) (p db.Person, err error) {
	err = d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		queues, err := tx.Queues(ctx)
		if err != nil {
			return err
		}
		if in, err = in.check(queues); err != nil {
			return err
		}
		now := d.Clock()
		people := []db.Person{{Staff: true, FirstName: in.First, LastName: in.Last, Email: in.Email, Language: in.Language, Theme: "auto",
			CreatedAt: now, UpdatedAt: now}}
		if err := db.Add(ctx, tx, people); err != nil {
			if db.Violates(err, "people_email") {
				return errAddressTaken
			}
			return err
		}
		p = people[0]
		if err := db.Add(ctx, tx, in.grants(p.ID)); err != nil {
			return err
		}
		if err := d.promiseLetter(ctx, tx, letter{Kind: db.LetterInvitation, Reader: p, By: who.Person.ID}); err != nil {
			return err
		}
		return d.auditStaff(ctx, tx, who, db.StaffCreated, p.ID, in.detail())
	})
	return p, err
}

func (d *Desk) auditStaff(ctx context.Context, tx *db.DB, who policy.Actor, action db.AuditAction, id int64, detail map[string]any) error {
	return d.audit(ctx, tx, who, db.AuditEntry{Action: action, Subject: "person", SubjectID: id, Detail: detail})
}

// SaveStaff changes who one of the provider's people is and what they may do, if all of that still is as the marks say.
// The last platform administrator stays one.
func (d *Desk) SaveStaff(ctx context.Context, who policy.Actor, id int64, in StaffContent, marks string) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		them, err := tx.StaffRecord(ctx, id)
		if err != nil {
			return err
		}
		queues, err := tx.Queues(ctx)
		if err != nil {
			return err
		}
		if in, err = in.check(queues); err != nil {
			return err
		}
		was := StaffAsContent(them)
		fields := differing(was, in)
		if len(fields) == 0 {
			return nil
		}
		if err := unchanged(marks, was); err != nil {
			return err
		}
		if was.Administrator && !in.Administrator && them.Person.DisabledAt.IsZero() {
			if err := d.administratorStays(ctx, tx, id, "administrator"); err != nil {
				return err
			}
		}
		return d.saveStaff(ctx, tx, who, them.Person, was, in, fields)
	})
}

func (d *Desk) saveStaff(ctx context.Context, tx *db.DB, who policy.Actor, p db.Person, was, in StaffContent, fields []string) error {
	old := p
	p.FirstName, p.LastName, p.Email, p.Language, p.UpdatedAt = in.First, in.Last, in.Email, in.Language, d.Clock()
	if err := tx.SaveStaff(ctx, p); err != nil {
		if db.Violates(err, "people_email") {
			return errAddressTaken
		}
		return err
	}
	if old.Email != p.Email {
		// Whoever reads the old address's mail must not get in by a link that lies there, and hears of it.
		if err := tx.EndLinks(ctx, p.ID, d.Clock()); err != nil {
			return err
		}
		letters := []letter{{Kind: db.LetterEmailChanged, Reader: p, To: old.Email, By: who.Person.ID}}
		if p.PasswordHash == "" {
			letters = append(letters, letter{Kind: db.LetterInvitation, Reader: p, By: who.Person.ID})
		}
		for _, l := range letters {
			if err := d.promiseLetter(ctx, tx, l); err != nil {
				return err
			}
		}
	}
	detail := in.detail()
	if old.Email != p.Email && p.DisabledAt.IsZero() {
		published, err := d.renameInRules(ctx, tx, who, "email", colleagueRenamed(old.Email, p.Email))
		if err != nil {
			return err
		}
		if published > 0 {
			detail["rules"] = published
		}
	}
	if !slices.Equal(was.Agent, in.Agent) || !slices.Equal(was.Lead, in.Lead) || was.Administrator != in.Administrator {
		if err := tx.SetStaffGrants(ctx, p.ID, in.grants(p.ID)); err != nil {
			return err
		}
		if err := tx.Notify(ctx, db.PersonChanged(p.ID)); err != nil {
			return err
		}
	}
	detail["fields"] = fields
	return d.auditStaff(ctx, tx, who, db.StaffChanged, p.ID, detail)
}

// administratorStays refuses to take the last platform administrator. Changes of the set-up come one after the other, so
// two can't take each other.
func (d *Desk) administratorStays(ctx context.Context, tx *db.DB, person int64, field string) error {
	other, err := tx.OtherPlatformAdministrator(ctx, person)
	if err == nil && !other {
		return Invalid{field: {Code: "setup.staff.last-one"}}
	}
	return err
}

// DisableStaff takes somebody's login at the provider. Their sessions end at once, and links in mails to them are worth
// nothing any more. What they are assigned to stays theirs until somebody else takes it.
func (d *Desk) DisableStaff(ctx context.Context, who policy.Actor, id int64) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		them, err := tx.StaffRecord(ctx, id)
		switch {
		case err != nil:
			return err
		case id == who.Person.ID:
			return Invalid{"login": {Code: "setup.staff.oneself"}}
		case !them.Person.DisabledAt.IsZero(): // sent twice
			return nil
		}
		if StaffAsContent(them).Administrator {
			if err := d.administratorStays(ctx, tx, id, "login"); err != nil {
				return err
			}
		}
		if err := tx.DisableStaff(ctx, id, d.Clock(), d.Clock()); err != nil {
			return err
		}
		if err := tx.EndLinks(ctx, id, d.Clock()); err != nil {
			return err
		}
		return d.auditStaff(ctx, tx, who, db.StaffDisabled, id, nil)
	})
}

// EnableStaff gives somebody at the provider their login back.
func (d *Desk) EnableStaff(ctx context.Context, who policy.Actor, id int64) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		them, err := tx.StaffRecord(ctx, id)
		if err != nil || them.Person.DisabledAt.IsZero() {
			return err
		}
		if err := tx.DisableStaff(ctx, id, time.Time{}, d.Clock()); err != nil {
			return err
		}
		return d.auditStaff(ctx, tx, who, db.StaffEnabled, id, nil)
	})
}

// InviteStaff sends somebody at the provider another mail by which to choose a password, until they have one.
func (d *Desk) InviteStaff(ctx context.Context, who policy.Actor, id int64) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		them, err := tx.StaffRecord(ctx, id)
		switch {
		case err != nil:
			return err
		case !them.Person.DisabledAt.IsZero():
			return Invalid{"login": {Code: "setup.staff.disabled"}}
		case them.Person.PasswordHash != "":
			return Invalid{"login": {Code: "setup.staff.has-password"}}
		}
		if err := tx.EndLinks(ctx, id, d.Clock()); err != nil { // those of invitations before
			return err
		}
		if err := d.promiseLetter(ctx, tx, letter{Kind: db.LetterInvitation, Reader: them.Person, By: who.Person.ID}); err != nil {
			return err
		}
		return d.auditStaff(ctx, tx, who, db.StaffInvited, id, nil)
	})
}

// UnlockStaff lets in again who gave too many wrong passwords.
func (d *Desk) UnlockStaff(ctx context.Context, who policy.Actor, id int64) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		them, err := tx.StaffRecord(ctx, id)
		if err != nil {
			return err
		}
		if err := d.Unlock(ctx, tx, them.Person); err != nil {
			return err
		}
		return d.auditStaff(ctx, tx, who, db.StaffUnlocked, id, nil)
	})
}
