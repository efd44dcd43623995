package desk

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"portico/db"
	"portico/policy"
	"portico/rules"

	"github.com/google/uuid"
)

// Details is what people change of a case after it was opened.
type Details struct {
	Title   string // the short description
	Product int64  // 0: none
	Contact int64  // the person whom the case is for
}

// DetailFields are the names of Details, in the order in which they are asked.
var DetailFields = []string{"title", "product", "contact"}

// DetailsOf are those of a case. Its title is as forms bring it back, whatever it was opened with: else a title that nobody
// touched would seem to be changed.
func DetailsOf(c db.Case) Details {
	return Details{Title: inOneLine(c.ShortDescription), Product: c.ProductID, Contact: c.RequesterID}
}

// Value is a field as forms carry it.
func (d Details) Value(field string) string {
	switch field {
	case "title":
		return d.Title
	case "product":
		return strconv.FormatInt(d.Product, 10)
	case "contact":
		return strconv.FormatInt(d.Contact, 10)
	}
	return ""
}

// Set puts a field's value, as a form carries it, into the details. What makes no sense is none that is offered.
func (d *Details) Set(field, value string) {
	switch field {
	case "title":
		d.Title = inOneLine(value)
	case "product":
		d.Product = wholeNumber(value)
	case "contact":
		d.Contact = wholeNumber(value)
	}
}

// inOneLine is a text with nothing in it but what is read in one line.
func inOneLine(text string) string {
	return strings.Join(strings.Fields(onlyLegible(CleanText(text))), " ")
}

func wholeNumber(s string) int64 {
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return -1
	}
	return id
}

// Differs names the fields in which two differ.
func (d Details) Differs(from Details) []string {
	return fieldsApart(DetailFields, d.Value, from.Value)
}

// Rebased is what somebody typed into a form that was made from what has changed since: what they left alone is as it is
// now, and what they changed stays theirs.
func (d Details) Rebased(was, now Details) Details {
	rebase(DetailFields, d.Differs(was), d.Set, now.Value)
	return d
}

// ChangeDetails is a form that changes a case's details, and who is copied on it.
type ChangeDetails struct {
	Details
	Was           Details  // what the form was made from
	Copy          []string // whom to copy besides: ids of people as they were found, or whole addresses
	Drop          []int64  // people who are no longer copied
	DropOutsiders []int64  // and people from elsewhere
	KeepContact   bool     // whoever was the contact until now is copied
	Submission    uuid.UUID
}

// DetailsStale says that somebody else changed the same since the form was made: nothing was done. It is a db.ErrStale.
type DetailsStale struct {
	Case   db.Case             // as it is now
	Fields []string            // what both changed
	Last   map[string]db.Entry // who changed it, and when; without what the history doesn't tell
}

func (s DetailsStale) Error() string { return strings.Join(s.Fields, ", ") + " was changed meanwhile" }

// Unwrap makes it a db.ErrStale.
func (s DetailsStale) Unwrap() error { return db.ErrStale }

// LongestTitle is how long a case's short description can be, in characters.
const LongestTitle = 200

// productsOffered is how many products of its account a case can be given, at most.
const productsOffered = 500

// ChangeDetails changes what a case is about and who has to do with it, until it is closed: then it is ErrState. What the
// form left alone stays as it is by now; where somebody else changed the same to something else, nothing is done:
// DetailsStale. What is wrong is Invalid, by field and under "copies". The events are those that were noted, none where
// nothing was changed, or by a submission that was made before.
func (d *Desk) ChangeDetails(ctx context.Context, who policy.Actor, n db.Number, in ChangeDetails) (kase db.Case, events []db.Event, err error) {
	for _, s := range in.Copy {
		if !strings.Contains(s, "@") {
			continue
		}
		if err := d.paced(ctx, who, "copies", namedAnHour); err != nil { // each counts: one form may name many
			return db.Case{}, nil, err
		}
	}
	err = d.DB.InTx(ctx, func(ctx context.Context, tx *db.DB) error {
		events = nil
		if kase, err = d.locked(ctx, tx, who, policy.Change, n); err != nil {
			return err
		}
		if _, err := tx.EventBySubmission(ctx, n, who.Person.ID, in.Submission); !errors.Is(err, db.ErrNotFound) {
			return err
		}
		if kase.State == db.Closed {
			return ErrState
		}
		now := DetailsOf(kase)
		if err := d.undisputed(ctx, tx, who, kase, in, now); err != nil {
			return err
		}
		events, err = d.changeDetails(ctx, tx, who, &kase, in, in.Rebased(in.Was, now))
		return err
	})
	return kase, events, submittedTwice(err)
}

// undisputed is DetailsStale where somebody else changed what the form changes too.
func (d *Desk) undisputed(ctx context.Context, tx *db.DB, who policy.Actor, kase db.Case, in ChangeDetails, now Details) error {
	stale := DetailsStale{Case: kase, Last: map[string]db.Entry{}}
	theirs := now.Differs(in.Was)
	for _, field := range in.Differs(in.Was) {
		if !slices.Contains(theirs, field) || in.Value(field) == now.Value(field) {
			continue
		}
		stale.Fields = append(stale.Fields, field)
		last, err := tx.LastChange(ctx, d.Judge.Scope(who, policy.See), kase.ID, field)
		if err == nil {
			stale.Last[field] = last
		} else if !errors.Is(err, db.ErrNotFound) {
			return err
		}
	}
	if len(stale.Fields) > 0 {
		return stale
	}
	return nil
}

// changeDetails makes of a case that is locked what a form wants, each change with an event of its own. First it looks whether
// all of it can be.
func (d *Desk) changeDetails(ctx context.Context, tx *db.DB, who policy.Actor, kase *db.Case, in ChangeDetails, to Details) (events []db.Event, err error) {
	invalid := Invalid{}
	now := DetailsOf(*kase)
	fields := to.Differs(now)
	if slices.Contains(fields, "title") {
		if n := utf8.RuneCountInString(to.Title); n == 0 {
			invalid["title"] = Complaint{Code: "people.title.missing"}
		} else if n > LongestTitle {
			invalid["title"] = Complaint{Code: "people.title.long", Args: map[string]any{"Max": LongestTitle}}
		}
	}
	product, err := d.newProduct(ctx, tx, who, kase, to.Product)
	contact := db.SignedIn{}
	if err == nil && to.Contact != now.Contact {
		contact, err = d.newContact(ctx, tx, who, kase, to.Contact)
	}
	people := copies{}
	if err == nil {
		people, err = d.whom(ctx, tx, who, kase, in)
	}
	var wrong Invalid
	switch {
	case errors.As(err, &wrong):
		maps.Copy(invalid, wrong)
	case err != nil:
		return nil, err
	}
	if len(invalid) > 0 {
		return nil, invalid
	}

	note := func(change *db.Change, also ...db.Topic) error {
		event := db.Event{PersonID: who.Person.ID, Kind: db.Changed, Change: change}
		if len(events) == 0 {
			event.Submission = in.Submission
		}
		err := d.record(ctx, tx, &event, kase, also...)
		events = append(events, event)
		return err
	}
	if slices.Contains(fields, "title") {
		kase.ShortDescription = to.Title
		if err := note(&db.Change{Field: "title", From: now.Title, To: to.Title}); err != nil {
			return nil, err
		}
	}
	if product != nil {
		kase.ProductID = to.Product
		if err := note(product); err != nil {
			return nil, err
		}
	}
	if contact.Person.ID != 0 {
		old, err := tx.Person(ctx, now.Contact)
		if err != nil {
			return nil, err
		}
		people = d.exchange(kase, people, old, contact.Person, in.KeepContact)
		if err := tx.SetRequester(ctx, kase, contact.Person.ID); err != nil {
			return nil, err
		}
		err = note(&db.Change{Field: "contact", From: old.Name(), To: contact.Person.Name()}, db.PersonChanged(old.ID), db.PersonChanged(contact.Person.ID))
		if err != nil {
			return nil, err
		}
		if err := d.promiseInvolved(ctx, tx, *kase, events[len(events)-1], []int64{contact.Person.ID}, nil); err != nil {
			return nil, err
		}
		if slices.Contains(kase.CopiedIDs, contact.Person.ID) { // it goes without saying that it is told to its contact
			if err := tx.Copy(ctx, kase, nil, []int64{contact.Person.ID}); err != nil {
				return nil, err
			}
		}
	}
	if people.empty() {
		return events, nil
	}
	submission := in.Submission
	if len(events) > 0 {
		submission = uuid.Nil
	}
	event, err := d.copy(ctx, tx, who, kase, people, submission)
	return append(events, event), err
}

// exchange is who is copied as the case gets another contact: that one no longer, and the one before where that is wanted.
func (d *Desk) exchange(kase *db.Case, people copies, old, contact db.Person, keep bool) copies {
	is := func(id int64) func(db.Named) bool { return func(n db.Named) bool { return n.ID == id } }
	people.in = slices.DeleteFunc(people.in, is(contact.ID))
	people.out = slices.DeleteFunc(people.out, is(contact.ID))
	if keep && old.DisabledAt.IsZero() && !slices.Contains(kase.CopiedIDs, old.ID) {
		people.in = append(people.in, old.Named())
	}
	return people
}

// newProduct is the change of a case's product; nil for none. It is Invalid for one that is not offered.
func (d *Desk) newProduct(ctx context.Context, tx *db.DB, who policy.Actor, kase *db.Case, to int64) (*db.Change, error) {
	if to == kase.ProductID {
		return nil, nil
	}
	change := &db.Change{Field: "product", Words: &db.ChangeWords{}}
	if to != 0 {
		offered, err := d.productsOf(ctx, tx, who, *kase)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(offered, func(p db.CaseProduct) bool { return p.ID == to })
		if i < 0 {
			return nil, Invalid{"product": {Code: "people.product.gone"}}
		}
		change.To, change.Words.To = strconv.FormatInt(to, 10), productName(offered[i])
	}
	if kase.ProductID != 0 {
		was, err := tx.CaseProducts(ctx, db.AccountScope{All: true}, nil, kase.ProductID, 1)
		if err != nil {
			return nil, err
		}
		change.From = strconv.FormatInt(kase.ProductID, 10)
		for _, p := range was {
			change.Words.From = productName(p)
		}
	}
	return change, nil
}

// ProductsFor lists the products that a case can be given: those of its account that one may see.
func (d *Desk) ProductsFor(ctx context.Context, who policy.Actor, kase db.Case) ([]db.CaseProduct, error) {
	return d.productsOf(ctx, d.DB, who, kase)
}

func (d *Desk) productsOf(ctx context.Context, tx *db.DB, who policy.Actor, kase db.Case) ([]db.CaseProduct, error) {
	return tx.CaseProducts(ctx, d.Judge.Accounts(who, policy.SeeProducts), []int64{kase.AccountID}, 0, productsOffered)
}

// productName is what a product is called in each language: its service, and where that is.
func productName(p db.CaseProduct) rules.Text {
	name := rules.Text{}
	for lang, service := range p.Service {
		name[lang] = service + " · " + p.Location
	}
	return name
}

// MayMakeContact tells whether somebody may make another person the contact of a case: who could have opened it for them. Of
// one whose sender has not proved who they are nobody may: that is settled by filing it.
func (d *Desk) MayMakeContact(ctx context.Context, who policy.Actor, kase db.Case) (bool, error) {
	return d.mayMakeContact(ctx, d.DB, who, kase)
}

func (d *Desk) mayMakeContact(ctx context.Context, tx *db.DB, who policy.Actor, kase db.Case) (bool, error) {
	if !d.Judge.Can(who, policy.OpenFor, policy.Account(kase.Ancestors)) || !d.Judge.Can(who, policy.Change, kase.Ref()) {
		return false, nil
	}
	at, err := readReception(ctx, tx)
	return kase.RequesterID != at.Nobody, err
}

// newContact finds who is to be the contact of a case. It is Invalid for who is not offered, whoever that is.
func (d *Desk) newContact(ctx context.Context, tx *db.DB, who policy.Actor, kase *db.Case, id int64) (db.SignedIn, error) {
	may, err := d.mayMakeContact(ctx, tx, who, *kase)
	switch {
	case err != nil:
		return db.SignedIn{}, err
	case !may:
		return db.SignedIn{}, policy.Forbidden{Action: policy.OpenFor}
	}
	among := db.Candidates{Root: kase.Ancestors[0], IDs: []int64{id}}
	found, err := tx.Candidates(ctx, d.Judge.Accounts(who, policy.OpenFor), among, 1)
	if err != nil {
		return db.SignedIn{}, err
	}
	if len(found) == 0 || !d.canBeContact(who, found[0], *kase) {
		return db.SignedIn{}, Invalid{"contact": {Code: "people.contact.gone"}}
	}
	return found[0], nil
}
