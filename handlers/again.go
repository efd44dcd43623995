package handlers

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// unsent is a form that was not taken although it came from a page of ours: it had been open for too long, or its sender
// was signed out meanwhile. What was typed goes back with the answer, to be sent again.
type unsent struct {
	why    error // errExpired or errSignedOut
	values url.Values
	files  bool // came with it, and are not kept
}

func (u unsent) Error() string { return u.why.Error() }
func (u unsent) Unwrap() error { return u.why }

func (u unsent) signedOut() bool { return errors.Is(u.why, errSignedOut) }

// stale is the answer to a form whose token does not hold: errExpired, with what was typed if it is clear that the same
// person sends it who was shown the form.
func (a *App) stale(c *fiber.Ctx, who policy.Actor, values url.Values) error {
	if !a.madeFor(values.Get("csrf"), who.Person.ID) && (values.Get("csrf") != "" || !a.surelyOurs(c)) {
		return errExpired
	}
	return unsent{why: errExpired, values: values}
}

// signedOutMeanwhile is the answer to a form whose sender is not signed in any more. Whoever signs in then may send it
// again: if they are who they were.
func (a *App) signedOutMeanwhile(c *fiber.Ctx) error {
	if !a.surelyOurs(c) || readBody(c, smallBody) != nil {
		return errSignedOut
	}
	values, files := fieldsOf(c)
	if _, made := unseal(values.Get("csrf")); !made {
		return errSignedOut
	}
	return unsent{why: errSignedOut, values: values, files: files}
}

// fieldsOf are the fields of a form that was read as a whole.
func fieldsOf(c *fiber.Ctx) (values url.Values, files bool) {
	if strings.HasPrefix(strings.ToLower(c.Get(fiber.HeaderContentType)), fiber.MIMEMultipartForm) {
		form, err := c.MultipartForm()
		if err != nil {
			return url.Values{}, false
		}
		return form.Value, len(form.File) > 0
	}
	values = url.Values{}
	c.Request().PostArgs().VisitAll(func(key, value []byte) { values.Add(string(key), string(value)) })
	return values, false
}

// secrets are the fields that no page gives back.
var secrets = []string{"password", "current"}

// againWeight is how much of what was typed a page gives back, in bytes.
const againWeight = smallBody

// unsentPage is the page that a form can be sent from once more; nil if it held too much.
func (a *App) unsentPage(c *fiber.Ctx, form unsent) *views.SendAgain {
	p := &views.SendAgain{Action: ownPath(c.OriginalURL(), "/"), SignedOut: form.signedOut(), Files: form.files}
	if p.SignedOut {
		p.Token = form.values.Get("csrf") // it tells who typed it; the page after this one asks once more, with another
	}
	names := make([]string, 0, len(form.values))
	for name := range form.values {
		names = append(names, name)
	}
	slices.Sort(names)
	weight := 0
	for _, name := range names {
		switch {
		case name == "csrf":
			continue
		case slices.Contains(secrets, name):
			p.Secrets = append(p.Secrets, name)
			continue
		}
		for _, value := range form.values[name] {
			if weight += len(name) + len(value); weight > againWeight {
				return nil
			}
			p.Fields = append(p.Fields, views.SentField{Name: name, Value: value})
		}
	}
	return p
}

// showAgain answers with the page that a form can be sent from once more, or says so where a part of a page was asked
// for: that page still has what was typed, and gets a token that holds. It tells whether it could.
func (a *App) showAgain(c *fiber.Ctx, form unsent) (shown bool, err error) {
	who, _ := c.Locals(localActor).(policy.Actor)
	if !form.signedOut() {
		c.Set("X-CSRF-Token", a.csrf(c)) // for scripts
	}
	if isPartial(c) {
		c.Set("HX-Retarget", "#alert")
		c.Set("HX-Reswap", "innerHTML")
		key := "again.part"
		if form.signedOut() {
			key = "again.part.signed-out"
		}
		return true, a.show(c, &views.ErrorNotice{Text: views.Say(key)}, false)
	}
	p := a.unsentPage(c, form)
	if p == nil {
		return false, nil
	}
	p.Title, p.Layout = views.T(a.lang(c), "again.title"), "page-narrow"
	if err := a.frame(c, who, p.Frame(), false); err != nil {
		return true, err
	}
	if p.Token == "" {
		p.Token = p.CSRF
	}
	return true, a.show(c, p, true)
}
