package handlers

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"portico/db"
	"portico/handlers/desk"
	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// setupCalendar shows when the provider works.
func (a *App) setupCalendar(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.calendarPage(c)
	if err != nil {
		return err
	}
	return a.page(c, who, p)
}

func (a *App) calendarPage(c *fiber.Ctx) (*views.SetupCalendar, error) {
	calendar, err := a.DB.ReadCalendar(c.UserContext())
	if err != nil {
		return nil, err
	}
	lang := a.lang(c)
	p := &views.SetupCalendar{Add: holidaySheet.form(a, c, holiday{}), Federal: views.FederalForm{Post: a.post(c, "/setup/holidays/federal")}}
	p.Tabs = setupFrame(&p.Shell, "calendar", views.T(lang, "setup.calendar.title"))
	content := desk.HoursAsContent(calendar.Hours)
	p.Form = views.HoursForm{Post: a.post(c, "/setup/hours"), Marks: desk.Marks(content)}
	for n := range 7 {
		day := (n + 1) % 7 // weeks begin on Monday
		name := views.Say("weekday." + strconv.Itoa(day))
		drawn, typed := views.WeekDay{Name: name}, views.HoursDay{Weekday: day, Name: name}
		for _, h := range content[strconv.Itoa(day)] {
			drawn.Stretch = append(drawn.Stretch, views.WeekStretch{X: h.Opens, Width: h.Closes - h.Opens})
			drawn.Hours = append(drawn.Hours, clockOf(h.Opens)+"–"+clockOf(h.Closes))
			typed.Pairs = append(typed.Pairs, views.HoursPair{Opens: clockOf(h.Opens), Closes: clockOf(h.Closes)})
		}
		typed.Pairs = numberPairs(day, typed.Pairs)
		p.Week, p.Form.Days = append(p.Week, drawn), append(p.Form.Days, typed)
	}
	year := a.Clock().In(a.provider().Zone).Year()
	for y := year - 2; y <= year+5; y++ {
		p.Federal.Years = append(p.Federal.Years, views.FederalYear{Year: y, Chosen: y == year})
	}
	for _, h := range calendar.Holidays {
		if last := len(p.Years) - 1; last < 0 || p.Years[last].Year != h.Day.Year() {
			p.Years = append(p.Years, views.HolidayYear{Year: h.Day.Year(), Open: h.Day.Year() == year})
		}
		of := &p.Years[len(p.Years)-1]
		of.Days = append(of.Days, views.HolidayRow{Day: h.Day, Name: h.Name.In(lang), Remove: a.post(c, "/setup/holidays/"+h.Day.Format(time.DateOnly)+"/removal")})
	}
	return p, nil
}

// partsOfADay is how many stretches of a day can be typed where it has fewer.
const partsOfADay = 2

func numberPairs(day int, pairs []views.HoursPair) []views.HoursPair {
	for len(pairs) < partsOfADay {
		pairs = append(pairs, views.HoursPair{})
	}
	for i := range pairs {
		pairs[i].N = i + 1
		pairs[i].OpensID, pairs[i].EndID = fmt.Sprintf("opens-%d-%d", day, i+1), fmt.Sprintf("closes-%d-%d", day, i+1)
	}
	return pairs
}

// clockOf writes minutes since midnight as a field for times has them; the end of the day is its beginning.
func clockOf(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60%24, minutes%60) }

// minutesOf reads such a time; -1 where it is none.
func minutesOf(clock string) int {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		return -1
	}
	return t.Hour()*60 + t.Minute()
}

// saveHours replaces the business hours.
func (a *App) saveHours(c *fiber.Ctx, who policy.Actor) error {
	p, err := a.calendarPage(c)
	if err != nil {
		return err
	}
	var hours []db.BusinessHours
	for i := range p.Form.Days {
		day := &p.Form.Days[i]
		opens, closes := c.Request().PostArgs().PeekMulti(fmt.Sprintf("opens-%d", day.Weekday)), c.Request().PostArgs().PeekMulti(fmt.Sprintf("closes-%d", day.Weekday))
		day.Pairs = nil
		for n := range min(len(opens), len(closes)) {
			pair := views.HoursPair{Opens: string(opens[n]), Closes: string(closes[n])}
			if pair.Opens == "" && pair.Closes == "" {
				continue
			}
			day.Pairs = append(day.Pairs, pair)
			h := db.BusinessHours{Weekday: time.Weekday(day.Weekday), Opens: minutesOf(pair.Opens), Closes: minutesOf(pair.Closes)}
			if h.Closes == 0 {
				h.Closes = 24 * 60
			}
			hours = append(hours, h)
		}
		day.Pairs = numberPairs(day.Weekday, day.Pairs)
	}
	err = a.Desk.SetHours(c.UserContext(), who, hours, c.FormValue("marks"))
	if err == nil {
		return a.done(c, "/setup/calendar?done=setup-saved")
	}
	var invalid desk.Invalid
	var changed desk.Meanwhile
	switch {
	case errors.As(err, &invalid):
		p.Form.Wrong, p.Form.Marks = true, c.FormValue("marks")
	case errors.As(err, &changed):
		p.Form.Stale = true
	default:
		return err
	}
	for i := range p.Form.Days {
		day := &p.Form.Days[i]
		if wrong, found := invalid[strconv.Itoa(day.Weekday)]; found {
			day.Complaint = views.Message{Key: wrong.Code, Args: wrong.Args}
		}
		for _, key := range changed.Fields {
			if key == strconv.Itoa(day.Weekday) {
				day.Meanwhile = meanwhile(hoursShown(p.Week[i]))
			}
		}
	}
	return a.refuse(c, who, p, &p.Form)
}

func hoursShown(day views.WeekDay) string {
	shown := ""
	for _, h := range day.Hours {
		if shown != "" {
			shown += ", "
		}
		shown += h
	}
	return shown
}

// holiday is one as it is typed.
type holiday struct {
	Day  string     `json:"day"`
	Name rules.Text `json:"name"`
}

var holidaySheet = sheet[holiday]{id: "holiday-new", action: "/setup/holidays", title: views.Say("setup.holiday.new"), submit: views.Say("setup.add"),
	fields: func(in holiday) []views.SetupField {
		return []views.SetupField{lineField("day", "setup.holiday.date", in.Day, "date"), bothField("name", "setup.holiday.name", in.Name)}
	}}

// addHoliday makes a day a holiday.
func (a *App) addHoliday(c *fiber.Ctx, who policy.Actor) error {
	in := holiday{Day: c.FormValue("day"), Name: bothOf(c, "name")}
	day, _ := time.Parse(time.DateOnly, in.Day) // no date at all is in the year 1, which is refused
	err := a.Desk.AddHoliday(c.UserContext(), who, db.Holiday{Day: day, Name: in.Name})
	if err == nil {
		return a.done(c, "/setup/calendar?done=setup-added#year-"+strconv.Itoa(day.Year()))
	}
	form, err := holidaySheet.refused(a, c, in, err, nil)
	if err != nil {
		return err
	}
	p, err := a.calendarPage(c)
	if err != nil {
		return err
	}
	p.Add = *form
	return a.refuse(c, who, p, form)
}

// addFederalHolidays adds those of a year.
func (a *App) addFederalHolidays(c *fiber.Ctx, who policy.Actor) error {
	year, _ := strconv.Atoi(c.FormValue("year"))
	if _, err := a.Desk.AddFederalHolidays(c.UserContext(), who, year); err != nil {
		return err
	}
	return a.done(c, "/setup/calendar?done=setup-holidays#year-"+strconv.Itoa(year))
}

// removeHoliday makes a day an ordinary one.
func (a *App) removeHoliday(c *fiber.Ctx, who policy.Actor) error {
	day, err := time.Parse(time.DateOnly, c.Params("day"))
	if err != nil {
		return db.ErrNotFound
	}
	if err := a.Desk.RemoveHoliday(c.UserContext(), who, day); err != nil {
		return err
	}
	return a.done(c, "/setup/calendar?done=setup-removed#year-"+strconv.Itoa(day.Year()))
}
