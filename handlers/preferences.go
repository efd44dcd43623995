package handlers

import (
	"errors"
	"slices"

	"portico/handlers/desk"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// What a person may choose among; the first is what one gets who has not.
var (
	themes    = []string{"auto", "light", "dark"}
	textSizes = []string{"", "large", "larger"}
)

func (a *App) preferences(c *fiber.Ctx, who policy.Actor) error {
	return a.page(c, who, a.preferencesPage(c, who, desk.PreferencesOf(who.Person)))
}

func (a *App) preferencesPage(c *fiber.Ctx, who policy.Actor, p desk.Preferences) *views.Preferences {
	account := a.provider().Zone
	if home := zoneOf(who.Home.TimeZone); who.Home.TimeZone != "" && home != nil {
		account = home
	}
	page := &views.Preferences{Languages: views.Languages, Themes: themes, TextSizes: textSizes, Language: p.Language, Look: p.Theme,
		HighContrast: p.Contrast, Text: p.TextSize, Motionless: p.Still, Lines: p.Underlined, Zone: a.zoneField(p.TimeZone, account),
		WasLanguage: who.Person.Language, WasZone: who.Person.TimeZone}
	page.Title = views.T(a.lang(c), "preferences.title")
	return page
}

// savePreferences keeps how the portal is to be. A form that lacks a choice leaves it as the first one; it says what
// language and time zone it was made with, as others may change those.
func (a *App) savePreferences(c *fiber.Ctx, who policy.Actor) error {
	in := desk.Preferences{
		Language: known(c.FormValue("language")), Theme: oneOf(themes, c.FormValue("theme")), TextSize: oneOf(textSizes, c.FormValue("text")),
		Contrast: c.FormValue("contrast") != "", Still: c.FormValue("motion") != "", Underlined: c.FormValue("links") != "",
		TimeZone: zoneNamed(c.FormValue("zone"), c.FormValue("other-zone")),
	}
	was := desk.PreferencesOf(who.Person)
	if args := c.Context().PostArgs(); args.Has("was_zone") {
		was.Language, was.TimeZone = c.FormValue("was_language"), c.FormValue("was_zone")
	}
	err := a.Desk.SavePreferences(c.UserContext(), who, in, was)
	var invalid desk.Invalid
	switch {
	case errors.As(err, &invalid):
		page := a.preferencesPage(c, who, in)
		page.Zone = a.zoneField(was.TimeZone, a.provider().Zone)
		page.Zone.Written, page.Zone.Complaint = in.TimeZone, complaintOf(invalid, "zone")
		return a.refuse(c, who, page, page)
	case err != nil:
		return err
	}
	return c.Redirect("/preferences?done=preferences", fiber.StatusSeeOther)
}

// oneOf is what was chosen among some, or the first of them.
func oneOf(list []string, chosen string) string {
	if slices.Contains(list, chosen) {
		return chosen
	}
	return list[0]
}
