package handlers

import (
	_ "embed"
	"slices"
	"strings"
	"time"

	"portico/handlers/desk"
	"portico/views"
)

// zones to choose from at first, west to east: those of Canada, where the provider's customers are, and UTC.
var zones = []string{"America/Vancouver", "America/Edmonton", "America/Regina", "America/Winnipeg", "America/Toronto",
	"America/Halifax", "America/Moncton", "America/Goose_Bay", "America/St_Johns", "UTC"}

//go:embed zones.txt
var zonesText string

// allZones are the places of the world that have a clock of their own to tell, one for each country at least, as the tz
// database lists them.
var allZones = strings.Fields(zonesText)

// zoneField is the question for a time zone: a short list with what time it is there, and a field for any other.
func (a *App) zoneField(current string, account *time.Location) views.ZoneField {
	now := a.Clock()
	f := views.ZoneField{Current: current, All: allZones}
	if account != nil {
		f.Account = now.In(account).Format("15:04")
	}
	short := zones
	if current != "" && !slices.Contains(zones, current) {
		short = append([]string{current}, zones...)
	}
	for _, name := range short {
		if zone := zoneOf(name); zone != nil {
			f.Short = append(f.Short, views.Zone{Name: name, Label: zoneLabel(name), Clock: now.In(zone).Format("15:04")})
		}
	}
	return f
}

func zoneLabel(name string) string {
	return strings.ReplaceAll(strings.TrimPrefix(name, "America/"), "_", " ")
}

// zoneNamed is the time zone that somebody means: what they wrote beats what they chose, and a place's name is enough.
// What is none is given back as it is; desk refuses it.
func zoneNamed(chosen, written string) string {
	written = strings.TrimSpace(written)
	if written == "" {
		return chosen
	}
	if desk.IsZone(written) {
		return written
	}
	place := strings.ReplaceAll(written, " ", "_")
	for _, name := range allZones {
		if strings.EqualFold(name, place) || strings.EqualFold(name[strings.LastIndexByte(name, '/')+1:], place) {
			return name
		}
	}
	return written
}
