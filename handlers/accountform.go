package handlers

import (
	"net/url"
	"slices"

	"portico/db"
	"portico/handlers/desk"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// accountFields are the fields of the form in their order, each with how it is read from what is said of an account.
var accountFields = []struct {
	name string
	read func(desk.AccountFields) string
}{
	{"name", func(f desk.AccountFields) string { return f.Name }},
	{"client_number", func(f desk.AccountFields) string { return f.ClientNumber }},
	{"tier", func(f desk.AccountFields) string { return f.Tier }},
	{"time_zone", func(f desk.AccountFields) string { return f.TimeZone }},
	{"contacts_see", func(f desk.AccountFields) string { return f.ContactsSee }},
	{"cc_outsiders", func(f desk.AccountFields) string {
		if f.CCOutsiders {
			return "yes"
		}
		return ""
	}},
}

// accountForm is the form with what was typed. Where somebody else saved the account meanwhile, what only they changed
// is taken over, what only the reader typed is kept, and what both changed stays as the reader typed it, with the other's
// beside it: saved again, the form then means that.
func (a *App) accountForm(c *fiber.Ctx, typed accountTyped, now *db.AccountRecord) (views.AccountForm, error) {
	ctx := c.UserContext()
	form := views.AccountForm{Post: a.post(c, "/accounts"), New: now == nil, Revision: typed.revision}
	if parent := c.Query("parent"); parent != "" {
		form.Action += "?" + url.Values{"parent": {parent}}.Encode()
	}
	is := typed.was
	if now != nil {
		form.Action, is = views.AccountPath(now.ID), desk.FieldsOf(now.Account)
	}
	if typed.stale {
		form.Revision = now.Revision
		by, err := a.DB.LastSaved(ctx, now.ID, db.AccountChanged)
		if err != nil {
			return form, err
		}
		form.Conflict = &views.AccountConflict{By: by.Name(), At: now.UpdatedAt}
	}
	chosen := map[string]string{}
	for _, f := range accountFields {
		field := views.AccountField{Name: f.name, Value: f.read(typed.in), Was: f.read(typed.was)}
		if wrong := complaintOf(typed.wrong, f.name); !wrong.Empty() {
			field.Complaint = wrong
			form.Wrong++
		}
		if theirs := f.read(is); typed.stale && theirs != field.Was {
			key := "accounts.meanwhile.taken"
			switch {
			case field.Value == field.Was:
				field.Value = theirs
			case field.Value != theirs:
				key, form.Conflict.Both = "accounts.meanwhile.both", true
			}
			field.Meanwhile = views.Say(key, "From", a.accountValue(c, f.name, field.Was), "To", a.accountValue(c, f.name, theirs))
			field.Was = theirs
		}
		chosen[f.name] = field.Value
		form.Fields = append(form.Fields, field)
	}
	form.Sees = seeChoices(chosen["contacts_see"], now)
	var err error
	if form.Tiers, err = a.DB.TargetTiers(ctx); err != nil {
		return form, err
	}
	form.Zones = slices.Clone(zones)
	for _, zone := range append([]string{chosen["time_zone"]}, allZones...) {
		if zone != "" && !slices.Contains(zones, zone) && (len(form.Zones) <= len(zones) || zone != chosen["time_zone"]) && zoneOf(zone) != nil {
			form.Zones = append(form.Zones, zone)
		}
	}
	return form, nil
}

// accountValue is how a field's value is read.
func (a *App) accountValue(c *fiber.Ctx, field, value string) string {
	switch field {
	case "contacts_see":
		return views.T(a.lang(c), "accounts.see."+value)
	case "cc_outsiders":
		return views.T(a.lang(c), "accounts.cc."+map[bool]string{true: "yes", false: "no"}[value == "yes"])
	}
	return value
}

// seeChoices are the answers to what contacts see. One that shows more than what is set now says how much, and to how many.
func seeChoices(chosen string, now *db.AccountRecord) []views.SeeChoice {
	list := []views.SeeChoice{{Value: db.SeeOwn}, {Value: db.SeeAccount}, {Value: db.SeeBelow}}
	is := 0
	for i := range list {
		list[i].Chosen = list[i].Value == chosen
		if now != nil && list[i].Value == now.ContactsSee {
			is, list[i].Now = i, true
		}
	}
	if now == nil {
		return list
	}
	for i, n := range []int{0, now.Cases, now.CasesBelow} {
		if i <= is {
			continue
		}
		opens := "accounts.see.opens"
		if n > db.CountedCases {
			opens, n = "accounts.see.opens-more", db.CountedCases
		}
		list[i].Opens = views.Count(opens, now.Customers, "Contacts", now.Customers, "Cases", n, "Accounts", now.Below+1)
		if list[i].Value == db.SeeBelow {
			list[i].Opens.Key += "-below"
		}
	}
	return list
}
