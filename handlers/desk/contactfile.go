package desk

import (
	"context"
	"strings"

	"portico/db"
	"portico/policy"
)

// ContactColumns are the columns of a file of contacts, in their order: what is exported is what can be imported again.
var ContactColumns = []string{"first_name", "last_name", "email", "phone", "language", "time_zone", "account", "location",
	"email_notification", "portal_access", "monitoring", "roles"}

// rolesBetween stands between the roles of one contact in a file.
const rolesBetween = "; "

// RoleInFile is a grant as a file of contacts has it: "case-manager 100210 below".
func RoleInFile(role db.Role, client string, reach db.Reach) string {
	return string(role) + " " + client + " " + string(reach)
}

// RolesInFile reads the last column: grants without person and account ids, with the client number of each. ok is false
// where something in it makes no sense.
func RolesInFile(text string) (grants []db.Grant, clients []string, ok bool) {
	for part := range strings.SplitSeq(text, strings.TrimSpace(rolesBetween)) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		role, rest, found := strings.Cut(part, " ")
		at := strings.LastIndexByte(rest, ' ')
		if !found || at < 0 {
			return nil, nil, false
		}
		g := db.Grant{Role: db.Role(role), Reach: db.Reach(rest[at+1:])}
		client := strings.TrimSpace(rest[:at])
		if g.Role.Staff() || client == "" || g.Reach != db.ThisAccount && g.Reach != db.AndBelow {
			return nil, nil, false
		}
		grants, clients = append(grants, g), append(clients, client)
	}
	return grants, clients, true
}

// exportedAtOnce is how many contacts are read at once for a file.
const exportedAtOnce = 1000

// ExportContacts notes that somebody takes a list of contacts with them, and gives what writes its lines. Of what contacts
// were granted it has what they were granted within the reader's reach.
func (d *Desk) ExportContacts(ctx context.Context, who policy.Actor, f db.ContactFilter, p db.ContactPaging, asked map[string]any) (func(context.Context, func(...string) error) error, error) {
	in := d.Judge.Accounts(who, policy.SeeContacts)
	if in.Empty() {
		return nil, db.ErrNotFound
	}
	err := d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.ContactsExported, AccountID: who.Home.ID, Detail: asked})
	})
	if err != nil {
		return nil, err
	}
	now := d.Clock()
	p.After, p.Before, p.Limit = "", "", exportedAtOnce
	return func(ctx context.Context, write func(...string) error) error {
		for {
			list, err := d.DB.Contacts(ctx, in, f, p, now)
			if err != nil {
				return err
			}
			if err := d.writeContacts(ctx, in, list.Rows, write); err != nil || list.Next == "" {
				return err
			}
			p.After = list.Next
		}
	}, nil
}

func (d *Desk) writeContacts(ctx context.Context, in db.AccountScope, rows []db.ContactRow, write func(...string) error) error {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	granted, err := d.DB.GrantedWithin(ctx, in, ids)
	if err != nil {
		return err
	}
	yes := map[bool]string{true: "yes", false: "no"}
	for _, r := range rows {
		var roles []string
		for _, g := range granted[r.ID] {
			roles = append(roles, RoleInFile(g.Role, g.ClientNumber, g.Reach))
		}
		err := write(r.FirstName, r.LastName, r.Email, r.Phone, r.Language, r.TimeZone, r.ClientNumber, r.Location,
			yes[!r.Unmailed], yes[r.Login != db.LoginDisabled], yes[r.Monitoring], strings.Join(roles, rolesBetween))
		if err != nil {
			return err
		}
	}
	return nil
}
