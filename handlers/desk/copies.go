package desk

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"

	"portico/db"
	"portico/policy"

	"github.com/google/uuid"
)

// How many people one case can be copied to, how many of them from elsewhere, and how many addresses a customer's contact can
// name in an hour: mail goes to them.
const (
	mostCopied    = 50
	mostOutsiders = 20
	namedAnHour   = 60
)

// PeopleFound is how many people a search for whom to copy, or whom to make the contact, shows.
const PeopleFound = 8

// WhomToCopy finds people whom one may copy on a case that one changes: those of the case's customer at accounts where one may
// open cases oneself, by words; of no words, those at one's own account. Others have to be named by their whole address.
func (d *Desk) WhomToCopy(ctx context.Context, who policy.Actor, kase db.Case, words string) (found []db.SignedIn, more bool, err error) {
	return d.findPeople(ctx, who, kase, d.Judge.Accounts(who, policy.Open), words, func(p db.SignedIn) bool {
		return !slices.Contains(kase.CopiedIDs, p.Person.ID) && d.canCopy(p, kase)
	})
}

// WhomToMakeContact finds people who may be made the contact of a case: those for whom one could have opened it.
func (d *Desk) WhomToMakeContact(ctx context.Context, who policy.Actor, kase db.Case, words string) (found []db.SignedIn, more bool, err error) {
	return d.findPeople(ctx, who, kase, d.Judge.Accounts(who, policy.OpenFor), words, func(p db.SignedIn) bool {
		return d.canBeContact(who, p, kase)
	})
}

func (d *Desk) findPeople(ctx context.Context, who policy.Actor, kase db.Case, in db.AccountScope, words string, fits func(db.SignedIn) bool) ([]db.SignedIn, bool, error) {
	if err := d.Judge.Check(who, policy.Change, kase.Ref()); err != nil {
		return nil, false, err
	}
	among := db.Candidates{Root: kase.Ancestors[0], Words: words}
	if strings.TrimSpace(words) == "" {
		if among.Account = who.Home.ID; among.Account == 0 {
			among.Account = kase.AccountID
		}
	}
	list, err := d.DB.Candidates(ctx, in, among, 4*PeopleFound)
	if err != nil {
		return nil, false, err
	}
	list = slices.DeleteFunc(list, func(p db.SignedIn) bool { return p.Person.ID == kase.RequesterID || !fits(p) })
	return list[:min(len(list), PeopleFound)], len(list) > PeopleFound, nil
}

// PeopleToCopy are those of some choices that are people whom one may copy on a case, as WhomToCopy finds them.
func (d *Desk) PeopleToCopy(ctx context.Context, who policy.Actor, kase db.Case, choices []string) ([]db.SignedIn, error) {
	var ids []int64
	for _, s := range choices {
		if id, err := strconv.ParseInt(s, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := d.DB.Candidates(ctx, d.Judge.Accounts(who, policy.Open), db.Candidates{Root: kase.Ancestors[0], IDs: ids}, mostCopied)
	return slices.DeleteFunc(list, func(p db.SignedIn) bool { return slices.Contains(kase.CopiedIDs, p.Person.ID) || !d.canCopy(p, kase) }), err
}

// PeopleForContact is the person with an id, if they may be made the contact of a case.
func (d *Desk) PeopleForContact(ctx context.Context, who policy.Actor, kase db.Case, id int64) ([]db.SignedIn, error) {
	list, err := d.DB.Candidates(ctx, d.Judge.Accounts(who, policy.OpenFor), db.Candidates{Root: kase.Ancestors[0], IDs: []int64{id}}, 1)
	return slices.DeleteFunc(list, func(p db.SignedIn) bool { return !d.canBeContact(who, p, kase) }), err
}

// canCopy tells whether somebody would see the case once they are copied on it: else that would be of no use to them.
func (d *Desk) canCopy(p db.SignedIn, kase db.Case) bool {
	ref := kase.Ref()
	ref.CopiedIDs = append(slices.Clone(ref.CopiedIDs), p.Person.ID)
	return d.Judge.Can(actorOf(p), policy.See, ref)
}

// canBeContact tells whether the case could have been opened for somebody, and would be theirs to see.
func (d *Desk) canBeContact(who policy.Actor, p db.SignedIn, kase db.Case) bool {
	ref := kase.Ref()
	ref.RequesterID = p.Person.ID
	return d.accountsToOpenAt(who, actorOf(p)).Holds(kase.Ancestors) && d.Judge.Can(actorOf(p), policy.See, ref)
}

func actorOf(p db.SignedIn) policy.Actor {
	return policy.Actor{Person: p.Person, Home: p.Home, Grants: p.Grants}
}

// copies are who is to be copied on a case, and who no longer.
type copies struct {
	in, out   []db.Named
	emails    []string // of people from elsewhere, to be copied
	outsiders []db.Outsider
}

func (c copies) empty() bool {
	return len(c.in) == 0 && len(c.out) == 0 && len(c.emails) == 0 && len(c.outsiders) == 0
}

// change says who came, and who went.
func (c copies) change() *db.Change {
	names := func(people []db.Named, addresses []string) string {
		list := make([]string, 0, len(people)+len(addresses))
		for _, p := range people {
			list = append(list, p.Name())
		}
		return strings.Join(append(list, addresses...), ", ")
	}
	var gone []string
	for _, o := range c.outsiders {
		gone = append(gone, o.Email)
	}
	return &db.Change{Field: "copies", From: names(c.out, gone), To: names(c.in, c.emails)}
}

func idsOf(people []db.Named) []int64 {
	ids := []int64{}
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	return ids
}

// whom finds out whom a form means to copy on a case that is locked, and no longer. Who is there already stays, and who is not
// there is gone: of two who copy people at once neither undoes what the other did.
func (d *Desk) whom(ctx context.Context, tx *db.DB, who policy.Actor, kase *db.Case, in ChangeDetails) (c copies, err error) {
	there, left, err := tx.Outsiders(ctx, kase.ID)
	if err != nil {
		return c, err
	}
	var ids []int64
	var emails []string
	for _, s := range in.Copy {
		if id, err := strconv.ParseInt(s, 10, 64); err == nil {
			ids = append(ids, id)
			continue
		}
		address, wrong := EmailAddress(s)
		if wrong.Code != "" {
			return c, Invalid{"copies": {Code: "people.copies.who", Args: map[string]any{"Typed": s}}}
		}
		emails = append(emails, address)
	}
	if c.in, emails, err = d.contactsMeant(ctx, tx, who, kase, ids, emails); err != nil {
		return c, err
	}
	if c.emails, err = d.outsidersMeant(ctx, tx, kase, emails, there, left); err != nil {
		return c, err
	}
	for _, o := range there {
		if slices.Contains(in.DropOutsiders, o.ID) {
			c.outsiders = append(c.outsiders, o)
		}
	}
	out := slices.DeleteFunc(slices.Clone(in.Drop), func(id int64) bool { return !slices.Contains(kase.CopiedIDs, id) })
	if len(out) > 0 {
		if c.out, err = tx.NamedOf(ctx, out); err != nil {
			return c, err
		}
	}
	switch {
	case len(kase.CopiedIDs)+len(c.in)-len(c.out) > mostCopied:
		err = Invalid{"copies": {Code: "people.copies.too-many", Args: map[string]any{"Max": mostCopied}}}
	case len(there)+len(c.emails)-len(c.outsiders) > mostOutsiders:
		err = Invalid{"copies": {Code: "people.copies.too-many-outsiders", Args: map[string]any{"Max": mostOutsiders}}}
	}
	return c, err
}

// contactsMeant are the customer's contacts among those named by their ids, as they were found, and by their addresses; rest
// are the addresses of nobody whom one could copy. It doesn't tell who of these is known to the portal.
func (d *Desk) contactsMeant(ctx context.Context, tx *db.DB, who policy.Actor, kase *db.Case, ids []int64, emails []string) (in []db.Named, rest []string, err error) {
	add := func(p db.SignedIn) {
		is := func(n db.Named) bool { return n.ID == p.Person.ID }
		if p.Person.ID != kase.RequesterID && !slices.Contains(kase.CopiedIDs, p.Person.ID) && !slices.ContainsFunc(in, is) {
			in = append(in, p.Person.Named())
		}
	}
	root := kase.Ancestors[0]
	if len(ids) > 0 {
		found, err := tx.Candidates(ctx, d.Judge.Accounts(who, policy.Open), db.Candidates{Root: root, IDs: ids}, len(ids))
		if err != nil {
			return nil, nil, err
		}
		for _, id := range ids {
			i := slices.IndexFunc(found, func(p db.SignedIn) bool { return p.Person.ID == id && d.canCopy(p, *kase) })
			switch {
			case i >= 0:
				add(found[i])
			case !slices.Contains(kase.CopiedIDs, id):
				return nil, nil, Invalid{"copies": {Code: "people.copies.gone"}}
			}
		}
	}
	if len(emails) == 0 {
		return in, nil, nil
	}
	found, err := tx.Candidates(ctx, db.AccountScope{All: true}, db.Candidates{Root: root, Emails: emails}, len(emails))
	if err != nil {
		return nil, nil, err
	}
	for _, email := range emails {
		i := slices.IndexFunc(found, func(p db.SignedIn) bool { return strings.EqualFold(p.Person.Email, email) && d.canCopy(p, *kase) })
		if i >= 0 {
			add(found[i])
		} else {
			rest = append(rest, email)
		}
	}
	return in, rest, nil
}

// outsidersMeant are the addresses at which people from elsewhere are to be copied, if the account lets them be.
func (d *Desk) outsidersMeant(ctx context.Context, tx *db.DB, kase *db.Case, emails []string, there []db.Outsider, left []string) (list []string, err error) {
	if len(emails) == 0 {
		return nil, nil
	}
	allowed, err := tx.AllowsOutsiders(ctx, kase.AccountID)
	if err != nil {
		return nil, err
	}
	for _, email := range emails {
		same := func(other string) bool { return strings.EqualFold(email, other) }
		switch {
		case !allowed:
			return nil, Invalid{"copies": {Code: "people.copies.not-allowed", Args: map[string]any{"Email": email}}}
		case slices.ContainsFunc(left, same):
			return nil, Invalid{"copies": {Code: "people.copies.left", Args: map[string]any{"Email": email}}}
		case !slices.ContainsFunc(list, same) && !slices.ContainsFunc(there, func(o db.Outsider) bool { return same(o.Email) }):
			list = append(list, email)
		}
	}
	return list, nil
}

// copy puts people in copy of a case that is locked, and takes others out of it. Who is copied is told, and streams of who no
// longer sees the case hear of it no more.
func (d *Desk) copy(ctx context.Context, tx *db.DB, who policy.Actor, kase *db.Case, c copies, submission uuid.UUID) (db.Event, error) {
	if err := tx.Copy(ctx, kase, idsOf(c.in), idsOf(c.out)); err != nil {
		return db.Event{}, err
	}
	var outsiders []int64
	if len(c.emails) > 0 {
		var err error
		outsiders, err = tx.AddOutsiders(ctx, kase.ID, c.emails, who.Person.ID, known(who.Person.Language), d.Clock())
		if err != nil {
			return db.Event{}, err
		}
	}
	if len(c.outsiders) > 0 {
		var ids []int64
		for _, o := range c.outsiders {
			ids = append(ids, o.ID)
		}
		if err := tx.RemoveOutsiders(ctx, kase.ID, ids); err != nil {
			return db.Event{}, err
		}
	}
	var also []db.Topic
	for _, p := range slices.Concat(c.in, c.out) {
		also = append(also, db.PersonChanged(p.ID))
	}
	event := db.Event{PersonID: who.Person.ID, Kind: db.Changed, Change: c.change(), Submission: submission}
	if err := d.record(ctx, tx, &event, kase, also...); err != nil {
		return db.Event{}, err
	}
	return event, d.promiseInvolved(ctx, tx, *kase, event, idsOf(c.in), outsiders)
}

func known(language string) string {
	if language == "fr" {
		return "fr"
	}
	return "en"
}

// promiseInvolved has people told by mail that an event made them the contact of a case, or copied them on it.
func (d *Desk) promiseInvolved(ctx context.Context, tx *db.DB, kase db.Case, event db.Event, people, outsiders []int64) error {
	if len(people) == 0 && len(outsiders) == 0 {
		return nil
	}
	mails, err := tx.PromiseInvolved(ctx, kase, event, people, outsiders, d.Clock())
	if err != nil {
		return err
	}
	return tx.EnqueueMails(ctx, mails)
}

// LeaveCase takes oneself out of the copies of a case: who is not copied on it is ErrNotFound. After that one may not see it
// any more.
func (d *Desk) LeaveCase(ctx context.Context, who policy.Actor, n db.Number) error {
	return d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		kase, err := d.locked(ctx, tx, who, policy.See, n)
		if err != nil {
			return err
		}
		if !slices.Contains(kase.CopiedIDs, who.Person.ID) {
			return db.ErrNotFound
		}
		_, err = d.copy(ctx, tx, who, &kase, copies{out: []db.Named{who.Person.Named()}}, uuid.Nil)
		return err
	})
}

// OutsiderToken is what the link at the foot of a mail to somebody from elsewhere proves with that it may take them out of the
// case's copies. It never expires.
func (d *Desk) OutsiderToken(id int64) string {
	what := outsiderPrefix + strconv.FormatInt(id, 10)
	return what + "." + base64.RawURLEncoding.EncodeToString(d.sealUnsubscription(what))
}

const outsiderPrefix = "outsider-"

// ForOutsider tells whether a token of a link is one of OutsiderToken, if it was made here at all.
func ForOutsider(token string) bool { return strings.HasPrefix(token, outsiderPrefix) }

// ReadOutsider tells whom a link of OutsiderToken is for; ErrBrokenLink for one that was not made here, or when they were
// removed.
func (d *Desk) ReadOutsider(ctx context.Context, token string) (n db.Number, o db.Outsider, left bool, err error) {
	what, sealed, _ := strings.Cut(token, ".")
	number, ours := strings.CutPrefix(what, outsiderPrefix)
	id, bad := strconv.ParseInt(number, 10, 64)
	seal, worse := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if !ours || bad != nil || worse != nil || !hmac.Equal(seal, d.sealUnsubscription(what)) {
		return 0, db.Outsider{}, false, ErrBrokenLink
	}
	n, o, left, err = d.DB.Outsider(db.AsSystem(ctx, "outsiders"), id)
	if errors.Is(err, db.ErrNotFound) {
		err = ErrBrokenLink
	}
	return n, o, left, err
}

// OutsiderLeaves takes somebody from elsewhere out of the copies of a case, at their own wish, for good. Once more changes
// nothing.
func (d *Desk) OutsiderLeaves(ctx context.Context, token string) error {
	n, o, left, err := d.ReadOutsider(ctx, token)
	if err != nil || left {
		return err
	}
	return d.DB.InTx(db.AsSystem(ctx, "outsiders"), func(ctx context.Context, tx *db.DB) error {
		kase, err := tx.LockCase(ctx, db.Scope{All: true}, n)
		if err != nil {
			return err
		}
		if _, _, left, err := tx.Outsider(ctx, o.ID); err != nil || left {
			return err
		}
		if err := tx.OutsiderLeft(ctx, o.ID, d.Clock()); err != nil {
			return err
		}
		return d.record(ctx, tx, &db.Event{Kind: db.Changed, Change: &db.Change{Field: "copies", From: o.Email}}, &kase)
	})
}
