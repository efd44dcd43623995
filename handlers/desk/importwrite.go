package desk

import (
	"context"
	"slices"
	"time"

	"portico/db"
	"portico/policy"
)

// importing many contacts writes them some at a time: each time a handful of statements.
type importWriter struct {
	d     *Desk
	tx    *db.DB
	who   policy.Actor
	of    db.Import
	now   time.Time
	chunk importChunkOf
}

// importChunkOf is what is written at once.
type importChunkOf struct {
	fresh, saved, invited []*db.Person
	granted               []func() []db.Grant // of the fresh, who have no ids before
	take                  []int64
	give                  []db.Grant
	disabled              []int64
	topics                []db.Topic
	entries               []func() db.AuditEntry
}

// writeImport writes what comes of the rows of an import, but for those that are refused.
func (d *Desk) writeImport(ctx context.Context, tx *db.DB, who policy.Actor, i db.Import, judged []*importing) error {
	w := &importWriter{d: d, tx: tx, who: who, of: i, now: d.Clock()}
	written := 0
	wanted := slices.DeleteFunc(slices.Clone(judged), func(row *importing) bool {
		return row.Verdict != db.ImportCreates && row.Verdict != db.ImportChanges
	})
	for rows := range slices.Chunk(wanted, importChunk) {
		for _, row := range rows {
			if row.Verdict == db.ImportCreates {
				w.create(row)
			} else {
				w.change(row)
			}
		}
		if err := w.flush(ctx); err != nil {
			return err
		}
		if written += len(rows); written < len(wanted) {
			if err := d.DB.SayImported(ctx, i.ID, written); err != nil {
				d.Log.WarnContext(ctx, "nobody hears how far an import is", "import", i.ID, "error", err)
			}
		}
	}
	if err := d.audit(ctx, tx, who, db.AuditEntry{Action: db.ContactsImported, AccountID: who.Home.ID, Detail: counted(i)}); err != nil {
		return err
	}
	return tx.EndImport(ctx, i.ID, w.now)
}

// entry is a line of the audit log about one contact, with who that is once it is known.
func (w *importWriter) entry(action db.AuditAction, p *db.Person, detail map[string]any) {
	detail["import"] = w.of.ID
	w.chunk.entries = append(w.chunk.entries, func() db.AuditEntry {
		return db.AuditEntry{At: w.now, ActorID: w.who.Person.ID, Action: action, Subject: "person", SubjectID: p.ID, AccountID: p.AccountID, Detail: detail}
	})
}

// create is addContact, of many.
func (w *importWriter) create(row *importing) {
	p := &db.Person{}
	row.form.write(p, row.home)
	if !row.form.Access {
		p.DisabledAt = w.now
	} else if w.of.Invite {
		w.chunk.invited = append(w.chunk.invited, p)
	}
	w.chunk.fresh = append(w.chunk.fresh, p)
	w.chunk.granted = append(w.chunk.granted, func() []db.Grant {
		for i := range row.give {
			row.give[i].PersonID = p.ID
		}
		return row.give
	})
	detail := map[string]any{}
	if len(row.give) == 1 && row.give[0].AccountID == row.home.ID {
		detail["role"], detail["reach"] = row.give[0].Role, row.give[0].Reach
	}
	w.entry(db.ContactCreated, p, detail)
	if len(detail) == 1 { // the roles are others than a new contact's
		for _, g := range row.give {
			w.granted(p, GrantChange{Gave: g})
		}
	}
}

// granted is a line of the audit log about a grant.
func (w *importWriter) granted(p *db.Person, c GrantChange) {
	w.chunk.entries = append(w.chunk.entries, func() db.AuditEntry {
		e := c.entry(p.ID)
		e.At, e.ActorID = w.now, w.who.Person.ID
		e.Detail["import"] = w.of.ID
		return e
	})
}

// change is change, setLogin and regrant, of many.
func (w *importWriter) change(row *importing) {
	p := row.them.Person
	row.form.write(&p, row.home)
	w.chunk.saved = append(w.chunk.saved, &p)
	w.chunk.topics = append(w.chunk.topics, db.PersonChanged(p.ID))
	if len(row.fields) > 0 {
		detail := map[string]any{"fields": row.fields}
		if row.home.ID != row.them.Home.ID {
			detail["from_account"], detail["to_account"] = row.them.Home.ID, row.home.ID
			if len(row.grants) == 0 {
				w.follow(row)
			}
		}
		w.entry(db.ContactChanged, &p, detail)
	}
	if row.form.Access != p.DisabledAt.IsZero() {
		action := db.ContactEnabled
		if p.DisabledAt = (time.Time{}); !row.form.Access {
			action, p.DisabledAt = db.ContactDisabled, w.now
			w.chunk.disabled = append(w.chunk.disabled, p.ID)
		}
		w.entry(action, &p, map[string]any{})
	}
	for _, c := range row.grants {
		if c.Took.Role != "" {
			w.chunk.take = append(w.chunk.take, c.Took.ID)
		}
		if g := c.Gave; g.Role != "" {
			g.PersonID = p.ID
			w.chunk.give = append(w.chunk.give, g)
		}
		w.granted(&p, c)
	}
}

// follow has the role of customer go along to another home account; see db.MoveCustomerGrant.
func (w *importWriter) follow(row *importing) {
	at := func(account int64, reach func(db.Grant) bool) int {
		return slices.IndexFunc(row.them.Grants, func(g db.Grant) bool { return g.Role == db.Customer && g.AccountID == account && reach(g) })
	}
	from := at(row.them.Home.ID, func(g db.Grant) bool { return g.Reach == db.ThisAccount })
	if from < 0 {
		return
	}
	w.chunk.take = append(w.chunk.take, row.them.Grants[from].ID)
	if at(row.home.ID, func(db.Grant) bool { return true }) < 0 {
		w.chunk.give = append(w.chunk.give, db.Grant{PersonID: row.PersonID, Role: db.Customer, AccountID: row.home.ID, Reach: db.ThisAccount})
	}
}

// flush writes what was gathered.
func (w *importWriter) flush(ctx context.Context) error {
	c := w.chunk
	w.chunk = importChunkOf{}
	if len(c.fresh) > 0 {
		if err := w.tx.AddContacts(ctx, c.fresh, w.now); err != nil {
			return err
		}
	}
	if len(c.saved) > 0 {
		if err := w.tx.SaveContacts(ctx, c.saved, w.now); err != nil {
			return err
		}
	}
	for _, grants := range c.granted {
		c.give = append(c.give, grants()...)
	}
	if err := w.tx.SwapGrants(ctx, c.take, c.give); err != nil {
		return err
	}
	if len(c.disabled) > 0 {
		if err := w.tx.EndLoginsOf(ctx, c.disabled, w.now); err != nil {
			return err
		}
	}
	entries := make([]db.AuditEntry, len(c.entries))
	for i, entry := range c.entries {
		entries[i] = entry()
	}
	if err := w.tx.AuditAll(ctx, entries); err != nil {
		return err
	}
	if len(c.invited) > 0 {
		if err := w.tx.SendInvitations(ctx, w.who.Person.ID, c.invited, w.now); err != nil {
			return err
		}
	}
	if len(c.topics) > 0 {
		return w.tx.Notify(ctx, c.topics...)
	}
	return nil
}
