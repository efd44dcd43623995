package standard

import (
	"time"

	"portico/db"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/ca"
)

// federal are the general holidays of the Canada Labour Code: Easter Monday and the Civic Holiday are not among them.
var federal = []struct {
	day    *cal.Holiday
	french string
}{
	{ca.NewYear, "Jour de l’An"},
	{ca.GoodFriday, "Vendredi saint"},
	{ca.VictoriaDay, "Fête de la Reine"},
	{ca.CanadaDay, "Fête du Canada"},
	{ca.LabourDay, "Fête du Travail"},
	{ca.NationalDayForTruthAndReconciliation, "Journée nationale de la vérité et de la réconciliation"},
	{ca.ThanksgivingDay, "Action de grâces"},
	{ca.RemembranceDay, "Jour du Souvenir"},
	{ca.ChristmasDay, "Noël"},
	{ca.BoxingDay, "Lendemain de Noël"},
}

// FederalHolidays are the days on which Canada's federal holidays of a year are observed.
func FederalHolidays(year int) []db.Holiday {
	var list []db.Holiday
	for _, h := range federal {
		_, observed := h.day.Calc(year)
		if observed.IsZero() { // it was none yet
			continue
		}
		list = append(list, db.Holiday{
			Day:  time.Date(observed.Year(), observed.Month(), observed.Day(), 0, 0, 0, 0, time.UTC),
			Name: text(h.day.Name, h.french),
		})
	}
	return list
}
