package db

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"portico/rules"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"
)

// BusinessHours is one stretch of a weekday in which the provider works, in minutes since midnight by the clock on the
// account's wall. A day may have several, a lunch break apart.
type BusinessHours struct {
	bun.BaseModel `bun:"table:business_hours,alias:hours"`

	Weekday time.Weekday `bun:",pk"`
	Opens   int          `bun:",pk"`
	Closes  int
}

// Holiday is a day on which the provider does not work. Of Day only the date counts.
type Holiday struct {
	bun.BaseModel `bun:"table:holidays,alias:holiday"`

	Day  time.Time `bun:"type:date,pk"`
	Name rules.Text
}

// ResponseTarget says within how many minutes a first answer is promised. An empty tier is for all tiers that have no
// target of their own.
type ResponseTarget struct {
	bun.BaseModel `bun:"table:response_targets,alias:target"`

	Priority      Priority
	Tier          string `bun:",nullzero"`
	Minutes       int
	BusinessHours bool // whether only these count; else any hour
}

// Calendar is when the provider works. One without any hours always does.
type Calendar struct {
	Hours    []BusinessHours
	Holidays []Holiday
}

// ReadCalendar reads the provider's calendar. It is asked with every form, so it is fixed SQL.
func (d *DB) ReadCalendar(ctx context.Context) (Calendar, error) {
	var c Calendar
	rows, err := d.fast.Query(ctx, `select weekday, opens, closes from business_hours order by weekday, opens`, fixed)
	if err != nil {
		return c, fmt.Errorf("read business hours: %w", err)
	}
	c.Hours, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (h BusinessHours, err error) {
		err = row.Scan(&h.Weekday, &h.Opens, &h.Closes)
		return h, err
	})
	if err != nil {
		return c, fmt.Errorf("read business hours: %w", err)
	}
	if rows, err = d.fast.Query(ctx, `select day, name from holidays order by day`, fixed); err != nil {
		return c, fmt.Errorf("read holidays: %w", err)
	}
	c.Holidays, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (h Holiday, err error) {
		err = row.Scan(&h.Day, &h.Name)
		return h, err
	})
	if err != nil {
		return c, fmt.Errorf("read holidays: %w", err)
	}
	return c, nil
}

// ResponseTargets reads all targets, see TargetFor.
func (d *DB) ResponseTargets(ctx context.Context) ([]ResponseTarget, error) {
	var all []ResponseTarget
	if err := d.bun.NewSelect().Model(&all).Scan(ctx); err != nil {
		return nil, fmt.Errorf("read response targets: %w", err)
	}
	return all, nil
}

// TargetFor finds the target for a priority and an account's tier; ok is false where no answer is promised.
func TargetFor(all []ResponseTarget, p Priority, tier string) (target ResponseTarget, ok bool) {
	for _, t := range all {
		if t.Priority == p && (t.Tier == tier || t.Tier == "" && !ok) {
			target, ok = t, true
		}
	}
	return target, ok
}

// TargetOf is what a rule promises; ok is false where it promises nothing.
func TargetOf(w rules.Within) (target ResponseTarget, ok bool) {
	return ResponseTarget{Minutes: w.Minutes, BusinessHours: w.Business}, w.Minutes > 0
}

// Due is when the target is up for what began at start.
func (t ResponseTarget) Due(c Calendar, start time.Time, zone *time.Location) time.Time {
	if !t.BusinessHours {
		return start.Add(time.Duration(t.Minutes) * time.Minute)
	}
	return c.Add(start, t.Minutes, zone)
}

// Open tells whether the provider works at an instant, for a customer in the zone.
func (c Calendar) Open(at time.Time, zone *time.Location) bool {
	if len(c.Hours) == 0 {
		return true
	}
	for _, s := range c.stretches(at.In(zone)) {
		if !at.Before(s.from) && at.Before(s.to) {
			return true
		}
	}
	return false
}

// Add is the instant at which that many minutes of business hours have passed since start. Time that passes at the end
// of a stretch ends there, not at the opening that follows.
func (c Calendar) Add(start time.Time, minutes int, zone *time.Location) time.Time {
	left := time.Duration(minutes) * time.Minute
	if len(c.Hours) == 0 || left <= 0 {
		return start.Add(left)
	}
	for day := start.In(zone); ; day = midnight(day, 1) {
		for _, s := range c.stretches(day) {
			if s.from.Before(start) {
				s.from = start
			}
			length := s.to.Sub(s.from)
			if length >= left {
				return s.from.Add(left).In(start.Location())
			}
			left -= max(length, 0)
		}
	}
}

// Facts are what rules see of an instant, in the account's zone.
func (c Calendar) Facts(at time.Time, zone *time.Location) rules.NowFacts {
	local := at.In(zone)
	return rules.NowFacts{
		Hour:          local.Hour(),
		Weekday:       local.Weekday().String(),
		BusinessHours: c.Open(at, zone),
	}
}

// Zone is the account's time zone; one that this system does not know is UTC.
func (a Account) Zone() *time.Location {
	if zone, known := zones.Load(a.TimeZone); known {
		return zone.(*time.Location)
	}
	zone, err := time.LoadLocation(a.TimeZone)
	if err != nil {
		return time.UTC
	}
	zones.Store(a.TimeZone, zone)
	return zone
}

// zones are those that were asked for, by their names: to load one is to read a file.
var zones sync.Map

type stretch struct{ from, to time.Time }

// stretches are the business hours of the day on which at lies, in its zone, earliest first. They are instants: on a
// day on which clocks are changed, a stretch across the change is longer or shorter than its figures say.
func (c Calendar) stretches(at time.Time) []stretch {
	year, month, day := at.Date()
	for _, h := range c.Holidays {
		if away := h.Day.Sub(at); away > 72*time.Hour || away < -72*time.Hour { // whatever its zone: dates are dear to tell
			continue
		}
		if y, m, d := h.Day.Date(); y == year && m == month && d == day {
			return nil
		}
	}
	var today []stretch
	for _, h := range c.Hours {
		if h.Weekday == at.Weekday() {
			today = append(today, stretch{
				from: time.Date(year, month, day, 0, h.Opens, 0, 0, at.Location()),
				to:   time.Date(year, month, day, 0, h.Closes, 0, 0, at.Location()),
			})
		}
	}
	slices.SortFunc(today, func(a, b stretch) int { return cmp.Compare(a.from.UnixNano(), b.from.UnixNano()) })
	return today
}

// midnight is the beginning of the day that many days later. Where clocks go forward at midnight, it is the first
// instant that the day has.
func midnight(at time.Time, days int) time.Time {
	year, month, day := at.Date()
	return time.Date(year, month, day+days, 0, 0, 0, 0, at.Location())
}
