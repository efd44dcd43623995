package demo

import (
	"time"

	"portico/db"
	"portico/db/standard"
)

// The provider works Monday to Friday, 8 to 18.
func businessHours() []db.BusinessHours {
	var week []db.BusinessHours
	for day := time.Monday; day <= time.Friday; day++ {
		week = append(week, db.BusinessHours{Weekday: day, Opens: 8 * 60, Closes: 18 * 60})
	}
	return week
}

var responseTargets = []db.ResponseTarget{
	{Priority: db.Critical, Minutes: 60},
	{Priority: db.High, Minutes: 4 * 60, BusinessHours: true},
	{Priority: db.Moderate, Minutes: 8 * 60, BusinessHours: true},
	{Priority: db.Low, Minutes: 16 * 60, BusinessHours: true},
}

// holidays are the days on which the federal holidays are observed, from two years before now to three after.
func holidays(now time.Time) []db.Holiday {
	var list []db.Holiday
	for year := now.Year() - 2; year <= now.Year()+3; year++ {
		list = append(list, standard.FederalHolidays(year)...)
	}
	return list
}

var contactWays = []db.ContactWay{
	{Kind: "phone", Value: "+1 800 555 0199", Label: text("Support by phone", "Soutien par téléphone"),
		Hours: text("Emergencies at any hour; everything else Monday to Friday, 8:00 to 18:00",
			"Urgences à toute heure ; le reste du lundi au vendredi, de 8 h à 18 h")},
	{Kind: "email", Value: "care@boreal.test", Label: text("Customer care", "Service à la clientèle"),
		Hours: text("Answered on the next business day at the latest", "Réponse au plus tard le jour ouvrable suivant")},
	{Kind: "address", Value: "Boreal Telecom, 1 Main Street, Moncton NB  E1C 1A1", Label: text("By mail", "Par la poste")},
}

// incidents are one that lasts and one that is over, reckoned back from now; service gives a service's id by its value.
func incidents(now time.Time, service map[string]int64) []db.Incident {
	began := now.Add(-3*time.Hour - 10*time.Minute).Truncate(time.Minute)
	past := now.AddDate(0, 0, -23).Truncate(time.Hour)
	return []db.Incident{
		{
			Title:      text("Call quality on Hosted Voice", "Qualité des appels de la Voix hébergée"),
			ServiceIDs: []int64{service["Hosted Voice"]},
			StartedAt:  past,
			EndedAt:    past.Add(2*time.Hour + 25*time.Minute),
			Updates: []db.IncidentUpdate{
				{At: past.Add(8 * time.Minute), Stage: "investigating", Body: text(
					"Some callers hear gaps or echo. We are looking for the cause.",
					"Certains appels présentent des coupures ou de l’écho. Nous en cherchons la cause.")},
				{At: past.Add(55 * time.Minute), Stage: "identified", Body: text(
					"A media server in Montréal drops packets under load. Calls are being moved to the others.",
					"Un serveur média de Montréal perd des paquets en charge. Les appels sont transférés aux autres.")},
				{At: past.Add(95 * time.Minute), Stage: "monitoring", Body: text(
					"All new calls use other servers. We keep watching the quality.",
					"Tous les nouveaux appels passent par d’autres serveurs. Nous surveillons la qualité.")},
				{At: past.Add(145 * time.Minute), Stage: "resolved", Body: text(
					"The server was replaced, and quality has been normal for an hour.",
					"Le serveur a été remplacé et la qualité est normale depuis une heure.")},
			},
		},
		{
			Title:      text("Slow Cable Internet in Halifax and Dartmouth", "Lenteur de l’Internet par câble à Halifax et à Dartmouth"),
			ServiceIDs: []int64{service["Cable Internet"]},
			StartedAt:  began,
			Updates: []db.IncidentUpdate{
				{At: began.Add(12 * time.Minute), Stage: "investigating", Body: text(
					"Connections in the Halifax area are slower than usual. We are looking for the cause.",
					"Les connexions de la région de Halifax sont plus lentes que d’habitude. Nous en cherchons la cause.")},
				{At: began.Add(70 * time.Minute), Stage: "identified", Body: text(
					"A damaged fibre feeds the area over its backup path. A crew is on site; we expect the repair this afternoon.",
					"Une fibre endommagée : la région est desservie par le trajet de secours. Une équipe est sur place ; nous prévoyons la réparation cet après-midi.")},
			},
		},
	}
}
