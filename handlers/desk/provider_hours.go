package desk

import (
	"cmp"
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"portico/db"
	"portico/db/standard"
	"portico/policy"
)

// mostMinutes is a year.
const mostMinutes = 366 * 24 * 60

// TargetsAsContent is what marks are made of: each target by its place in the table, "2 gold".
func TargetsAsContent(targets []db.ResponseTarget) map[string]string {
	out := map[string]string{}
	for _, t := range targets {
		out[TargetPlace(t.Priority, t.Tier)] = fmtTarget(t)
	}
	return out
}

// TargetPlace names a target's place in the table.
func TargetPlace(p db.Priority, tier string) string { return string(rune('0'+p)) + " " + tier }

func fmtTarget(t db.ResponseTarget) string {
	hours := "any"
	if t.BusinessHours {
		hours = "business"
	}
	return time.Duration(t.Minutes*int(time.Minute)).String() + " " + hours
}

// SetTargets replaces what is promised, if it still is as the marks say. What is due already stays as it was promised.
// Complaints name the target's place.
func (d *Desk) SetTargets(ctx context.Context, who policy.Actor, targets []db.ResponseTarget, marks string) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		was, err := tx.ResponseTargets(ctx)
		if err != nil {
			return err
		}
		fields := differing(padded(TargetsAsContent(was), targets), padded(TargetsAsContent(targets), was))
		if len(fields) == 0 {
			return nil
		}
		if err := unchanged(marks, TargetsAsContent(was)); err != nil {
			return err
		}
		invalid := Invalid{}
		for _, t := range targets {
			switch {
			case t.Priority < db.Critical || t.Priority > db.Low || utf8.RuneCountInString(t.Tier) > longestLabel || tidyLine(t.Tier) != t.Tier:
				return errNoSuch("priority")
			case t.Minutes < 1 || t.Minutes > mostMinutes:
				invalid[TargetPlace(t.Priority, t.Tier)] = Complaint{Code: "setup.target.wrong"}
			}
		}
		if err := invalid.err(); err != nil {
			return err
		}
		if err := tx.SetTargets(ctx, targets); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.TargetsChanged, Subject: "targets",
			Detail: map[string]any{"from": TargetsAsContent(was), "to": TargetsAsContent(targets)}})
	})
}

// padded has an entry for each target of either table.
func padded(content map[string]string, others []db.ResponseTarget) map[string]string {
	for _, t := range others {
		place := TargetPlace(t.Priority, t.Tier)
		content[place] = cmp.Or(content[place], "-")
	}
	return content
}

// HoursContent is when the provider works, by weekday: Sunday is "0".
type HoursContent map[string][]db.BusinessHours

// HoursAsContent is when the provider works now.
func HoursAsContent(hours []db.BusinessHours) HoursContent {
	week := HoursContent{}
	for day := time.Sunday; day <= time.Saturday; day++ {
		week[string(rune('0'+day))] = []db.BusinessHours{}
	}
	for _, h := range hours {
		key := string(rune('0' + h.Weekday))
		week[key] = append(week[key], db.BusinessHours{Weekday: h.Weekday, Opens: h.Opens, Closes: h.Closes})
	}
	for _, day := range week {
		slices.SortFunc(day, func(a, b db.BusinessHours) int { return cmp.Compare(a.Opens, b.Opens) })
	}
	return week
}

// SetHours replaces the business hours, if they still are as the marks say. Complaints name the weekday.
func (d *Desk) SetHours(ctx context.Context, who policy.Actor, hours []db.BusinessHours, marks string) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		calendar, err := tx.ReadCalendar(ctx)
		if err != nil {
			return err
		}
		was, in := HoursAsContent(calendar.Hours), HoursAsContent(hours)
		fields := differing(was, in)
		if len(fields) == 0 {
			return nil
		}
		if err := unchanged(marks, was); err != nil {
			return err
		}
		invalid := Invalid{}
		for day, list := range in {
			for i, h := range list {
				switch {
				case h.Opens < 0 || h.Closes > 24*60 || h.Opens >= h.Closes:
					invalid[day] = Complaint{Code: "setup.hours.wrong"}
				case i > 0 && h.Opens < list[i-1].Closes:
					invalid[day] = Complaint{Code: "setup.hours.overlap"}
				}
			}
		}
		if err := invalid.err(); err != nil {
			return err
		}
		if err := tx.SetHours(ctx, hours); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.HoursChanged, Subject: "hours", Detail: map[string]any{"days": fields}})
	})
}

// Years that holidays may be kept for: further away it is a slip of the hand.
const firstYear, lastYear = 2000, 2100

// AddHoliday makes a day one on which the provider does not work.
func (d *Desk) AddHoliday(ctx context.Context, who policy.Actor, h db.Holiday) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		invalid := Invalid{}
		h.Name = invalid.both("name", h.Name, longestLabel)
		if h.Day.Year() < firstYear || h.Day.Year() > lastYear {
			invalid["day"] = Complaint{Code: "setup.holiday.day"}
		}
		if err := invalid.err(); err != nil {
			return err
		}
		n, err := tx.AddHolidays(ctx, []db.Holiday{h})
		if err != nil {
			return err
		}
		if n == 0 {
			return d.sameHoliday(ctx, tx, h)
		}
		return d.auditHolidays(ctx, tx, who, []db.Holiday{h}, n)
	})
}

// sameHoliday tells whether a day is that very holiday already: it was sent twice.
func (d *Desk) sameHoliday(ctx context.Context, tx *db.DB, h db.Holiday) error {
	calendar, err := tx.ReadCalendar(ctx)
	if err != nil {
		return err
	}
	for _, had := range calendar.Holidays {
		if had.Day.Equal(h.Day) && had.Name["en"] == h.Name["en"] && had.Name["fr"] == h.Name["fr"] {
			return nil
		}
	}
	return Invalid{"day": {Code: "setup.holiday.taken"}}
}

// AddFederalHolidays keeps the days on which Canada's federal holidays of a year are observed. It tells how many of them
// were no holidays before.
func (d *Desk) AddFederalHolidays(ctx context.Context, who policy.Actor, year int) (n int, err error) {
	err = d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		if year < firstYear || year > lastYear {
			return Invalid{"year": {Code: "setup.choose"}}
		}
		list := standard.FederalHolidays(year)
		if n, err = tx.AddHolidays(ctx, list); err != nil || n == 0 {
			return err
		}
		return d.auditHolidays(ctx, tx, who, list, n)
	})
	return n, err
}

func (d *Desk) auditHolidays(ctx context.Context, tx *db.DB, who policy.Actor, list []db.Holiday, n int) error {
	days := make([]string, len(list))
	for i, h := range list {
		days[i] = h.Day.Format(time.DateOnly)
	}
	return d.audit(ctx, tx, who, db.AuditEntry{Action: db.HolidaysAdded, Subject: "holiday", Detail: map[string]any{"days": days, "new": n}})
}

// RemoveHoliday makes a day an ordinary one again.
func (d *Desk) RemoveHoliday(ctx context.Context, who policy.Actor, day time.Time) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		if err := tx.RemoveHoliday(ctx, day); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.HolidayRemoved, Subject: "holiday", Detail: map[string]any{"day": day.Format(time.DateOnly)}})
	})
}
