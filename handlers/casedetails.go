package handlers

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
)

// typedDetails is a form that changes a case as somebody sent it, with what came of it.
type typedDetails struct {
	desk.ChangeDetails
	ticked    []string // who is to be copied, as the form has it
	was       []string // who was copied as it was made
	words     map[string]string
	offered   string // the address that was among those to tick
	invalid   desk.Invalid
	stale     *desk.DetailsStale
	submitted bool // it is no form afresh
}

// caseToChange is the case that the address names, for somebody who may change it.
func (a *App) caseToChange(c *fiber.Ctx, who policy.Actor) (db.CaseDetails, error) {
	n, err := caseNumber(c)
	if err != nil {
		return db.CaseDetails{}, err
	}
	kase, err := a.DB.CaseDetails(c.UserContext(), a.Judge.Scope(who, policy.See), n)
	if err != nil {
		return kase, err
	}
	return kase, a.Judge.Check(who, policy.Change, kase.Ref())
}

// caseDetails shows the form that changes a case: beside it, or on a page of its own.
func (a *App) caseDetails(c *fiber.Ctx, who policy.Actor) error {
	kase, err := a.caseToChange(c, who)
	if err != nil {
		return err
	}
	switch {
	case isPartial(c) && c.Query("close") != "":
		return a.partial(c, &views.DetailsSaved{Edit: kase.Path() + "/details"})
	case kase.State == db.Closed:
		return a.done(c, kase.Path()+"?done=details-closed")
	}
	return a.showDetails(c, who, kase, &typedDetails{ChangeDetails: desk.ChangeDetails{Details: desk.DetailsOf(kase.Case), Was: desk.DetailsOf(kase.Case), KeepContact: true}})
}

func (a *App) showDetails(c *fiber.Ctx, who policy.Actor, kase db.CaseDetails, t *typedDetails) error {
	form, err := a.detailsForm(c, who, kase, t)
	if err != nil {
		return err
	}
	if isPartial(c) {
		return a.partial(c, form)
	}
	form.Alone = true
	p := &views.DetailsPage{Number: kase.ID.String(), Form: form}
	p.Title, p.Here = views.T(a.lang(c), "people.edit")+" · "+kase.ID.String(), "cases"
	return a.page(c, who, p)
}

// saveDetails changes a case by a form.
func (a *App) saveDetails(c *fiber.Ctx, who policy.Actor) error {
	kase, err := a.caseToChange(c, who)
	if err != nil {
		return err
	}
	t := readDetails(c, kase.Case)
	if c.FormValue("find") != "" { // the button beside the words, without scripts
		return a.showDetails(c, who, kase, t)
	}
	var events []db.Event
	if t.invalid = t.undecided(); len(t.invalid) == 0 {
		_, events, err = a.Desk.ChangeDetails(c.UserContext(), who, kase.ID, t.ChangeDetails)
	}
	var stale desk.DetailsStale
	var invalid desk.Invalid
	switch {
	case errors.As(err, &stale):
		t.stale = &stale
		c.Status(fiber.StatusConflict)
	case errors.As(err, &invalid), len(t.invalid) > 0:
		if invalid != nil {
			t.invalid = invalid
		}
		c.Status(fiber.StatusUnprocessableEntity)
	case errors.Is(err, desk.ErrState):
		return a.done(c, kase.Path()+"?done=details-closed")
	case err != nil:
		return err
	default:
		return a.savedDetails(c, who, len(events) > 0)
	}
	if kase, err = a.caseToChange(c, who); err != nil {
		return err
	}
	return a.showDetails(c, who, kase, t)
}

// savedDetails answers a form that was accepted: with the case as it is now, if that is still its sender's to see.
func (a *App) savedDetails(c *fiber.Ctx, who policy.Actor, changed bool) error {
	said := "details-saved"
	if !changed {
		said = "details-same"
	}
	r, err := a.readCase(c, who, part{})
	switch {
	case errors.Is(err, db.ErrNotFound):
		return a.done(c, "/cases?done="+said)
	case err != nil:
		return err
	case !isPartial(c):
		return a.done(c, r.kase.Path()+"?done="+said)
	}
	live, err := a.caseLive(c, r)
	if err != nil {
		return err
	}
	return a.partial(c, &views.DetailsSaved{Live: &live, Edit: live.Panel.Edit, Said: notice(said)})
}

// readDetails is what was typed into a form. What it leaves out is as the case is.
func readDetails(c *fiber.Ctx, kase db.Case) *typedDetails {
	args := c.Context().PostArgs()
	t := &typedDetails{submitted: true, words: map[string]string{}}
	now := desk.DetailsOf(kase)
	t.Was, t.Details = now, now
	for _, field := range desk.DetailFields {
		if args.Has("was_" + field) {
			t.Was.Set(field, shortened(c.FormValue("was_"+field)))
			t.Set(field, t.Was.Value(field))
		}
		if args.Has(field) {
			t.Set(field, shortened(c.FormValue(field)))
		}
	}
	t.words["contact"], t.words["copies"] = desk.CleanText(shortened(c.FormValue("contact_words"))), desk.CleanText(shortened(c.FormValue("copies_words")))
	t.offered, t.KeepContact, t.Submission = c.FormValue("offered"), c.FormValue("keep_contact") != "", submission(c)
	t.ticks(args.PeekMulti("copy"), args.PeekMulti("was_copy"))
	if address, wrong := desk.EmailAddress(t.words["copies"]); c.FormValue("find") == "" && strings.Contains(t.words["copies"], "@") && (wrong.Code != "" || address != t.offered) {
		t.Copy = append(t.Copy, t.words["copies"])
	}
	return t
}

// ticks takes in who is ticked, and who was.
func (t *typedDetails) ticks(ticked, was [][]byte) {
	const most = 200
	for _, s := range ticked[:min(len(ticked), most)] {
		t.ticked = append(t.ticked, string(s))
	}
	for _, s := range was[:min(len(was), most)] {
		t.was = append(t.was, string(s))
	}
	for _, s := range t.ticked {
		if !slices.Contains(t.was, s) && !isOutsider(s) {
			t.Copy = append(t.Copy, s)
		}
	}
	for _, s := range t.was {
		if slices.Contains(t.ticked, s) {
			continue
		}
		number, outsider := strings.CutPrefix(s, outsiderValue)
		id, err := strconv.ParseInt(number, 10, 64)
		switch {
		case err != nil:
		case outsider:
			t.DropOutsiders = append(t.DropOutsiders, id)
		default:
			t.Drop = append(t.Drop, id)
		}
	}
}

// outsiderValue begins the value of somebody who is copied from elsewhere already.
const outsiderValue = "o-"

func isOutsider(value string) bool { return strings.HasPrefix(value, outsiderValue) }

// undecided complains of words that were typed to find somebody, where nobody was chosen then.
func (t *typedDetails) undecided() desk.Invalid {
	invalid := desk.Invalid{}
	if t.words["contact"] != "" && t.Contact == t.Was.Contact {
		invalid["contact"] = desk.Complaint{Code: "people.contact.choose", Args: map[string]any{"Words": t.words["contact"]}}
	}
	if words := t.words["copies"]; words != "" && !strings.Contains(words, "@") && len(t.Copy) == 0 {
		invalid["copies"] = desk.Complaint{Code: "people.copies.choose", Args: map[string]any{"Words": words}}
	}
	return invalid
}

// detailsForm makes the form of a case, with what was typed into it.
func (a *App) detailsForm(c *fiber.Ctx, who policy.Actor, kase db.CaseDetails, t *typedDetails) (*views.DetailsForm, error) {
	ctx, now := c.UserContext(), desk.DetailsOf(kase.Case)
	path := kase.Path()
	form := &views.DetailsForm{Post: views.Post{Action: path + "/details", CSRF: a.csrf(c)}, Path: path, Submission: uuid.NewString()}
	if t.stale == nil && t.submitted && t.Submission != uuid.Nil {
		form.Submission = t.Submission.String()
	}
	products, err := a.Desk.ProductsFor(ctx, who, kase.Case)
	if err != nil {
		return nil, err
	}
	shown := t.Details
	if t.stale != nil {
		if form.Conflict, err = a.detailsConflict(c, who, kase, t, products); err != nil {
			return nil, err
		}
	}
	if t.submitted { // what its sender left alone is as it is by now
		shown = t.Rebased(t.Was, now)
	}
	for _, field := range desk.DetailFields {
		value := t.Was.Value(field)
		if t.stale != nil {
			value = now.Value(field)
		}
		form.Was = append(form.Was, views.DetailsWas{Name: field, Value: value})
		if complaint, wrong := t.invalid[field]; wrong {
			form.Problems = append(form.Problems, views.DetailsProblem{Field: field, Complaint: views.Message{Key: complaint.Code, Args: complaint.Args}})
		}
	}
	if complaint, wrong := t.invalid["copies"]; wrong {
		form.Problems = append(form.Problems, views.DetailsProblem{Field: "copies", Complaint: views.Message{Key: complaint.Code, Args: complaint.Args}})
	}
	form.Title = views.DetailsText{Value: shown.Title, Max: desk.LongestTitle}
	form.Products = productChoices(kase, products, shown.Product)
	may, err := a.Desk.MayMakeContact(ctx, who, kase.Case)
	if err != nil {
		return nil, err
	}
	if may {
		found, err := a.contactFound(c, who, kase, t.words["contact"], shown.Contact)
		if err != nil {
			return nil, err
		}
		form.Contact = &views.ContactPick{Found: *found, Old: kase.Requester.Name(), Keep: t.KeepContact}
	}
	form.Copies.Was = copiedValues(kase)
	if t.submitted && t.stale == nil {
		form.Copies.Was = t.was
	}
	if form.Copies.Outsiders, err = a.DB.AllowsOutsiders(ctx, kase.AccountID); err != nil {
		return nil, err
	}
	copies, err := a.copiesFound(c, who, kase, t)
	if err != nil {
		return nil, err
	}
	form.Copies.Found = *copies
	return form, nil
}

// productChoices are the products to choose from: the present one among them, whether it could be chosen or not.
func productChoices(kase db.CaseDetails, products []db.CaseProduct, chosen int64) []views.DetailsOption {
	list := []views.DetailsOption{{Value: "0", Chosen: chosen == 0}}
	there := kase.ProductID == 0
	add := func(id int64, name rules.Text, where string) {
		list = append(list, views.DetailsOption{Value: strconv.FormatInt(id, 10), Name: name, Where: where, Chosen: id == chosen})
	}
	for _, p := range products {
		there = there || p.ID == kase.ProductID
		add(p.ID, p.Service, p.Location)
	}
	if !there {
		add(kase.ProductID, kase.Product, kase.Location)
	}
	return list
}

// copiedValues are who is copied on a case, as a form has them.
func copiedValues(kase db.CaseDetails) (list []string) {
	for _, p := range kase.Copied {
		list = append(list, strconv.FormatInt(p.ID, 10))
	}
	for _, o := range kase.Outsiders {
		list = append(list, outsiderValue+strconv.FormatInt(o.ID, 10))
	}
	return list
}

// detailsConflict tells what somebody else made of the fields that the form changes too.
func (a *App) detailsConflict(c *fiber.Ctx, who policy.Actor, kase db.CaseDetails, t *typedDetails, products []db.CaseProduct) (list []views.DetailsConflict, err error) {
	lang := a.lang(c)
	for _, field := range t.stale.Fields {
		conflict := views.DetailsConflict{Field: field}
		if last, told := t.stale.Last[field]; told {
			conflict.By, conflict.At = last.Person.Name(), last.At.In(a.zone(who))
		}
		switch field {
		case "title":
			conflict.Now, conflict.Yours = kase.ShortDescription, t.Title
		case "product":
			if kase.ProductID != 0 {
				conflict.Now = kase.Product.In(lang) + " · " + kase.Location
			}
			for _, p := range products {
				if p.ID == t.Product {
					conflict.Yours = p.Service.In(lang) + " · " + p.Location
				}
			}
		case "contact":
			conflict.Now = kase.Requester.Name()
			chosen, err := a.Desk.PeopleForContact(c.UserContext(), who, kase.Case, t.Contact)
			if err != nil {
				return nil, err
			}
			for _, p := range chosen {
				conflict.Yours = p.Person.Name()
			}
		}
		list = append(list, conflict)
	}
	return list, nil
}

// detailsLine is what somebody changed of a case's details, or of who is copied on it, in one sentence.
func detailsLine(lang, name string, c db.Change) views.Message {
	if c.Words != nil {
		c.From, c.To = c.Words.From.In(lang), c.Words.To.In(lang)
	}
	key := "people.line." + c.Field
	switch {
	case c.Field == "copies" && name == c.From:
		key += ".left"
	case c.To == "":
		key += ".removed"
	case c.From == "":
		key += ".added"
	}
	return views.Say(key, "Name", name, "From", c.From, "To", c.To)
}
