package demo

import (
	"embed"
	"fmt"

	"portico/db"
	"portico/rules"
)

// families group the services by their types of issue. A value is its English label.
var families = []db.Family{
	{Key: "voice", Name: text("Voice", "Voix"), IssueTypes: options(
		"No dial tone", "Pas de tonalité",
		"Cannot make calls", "Impossible d’appeler",
		"Cannot receive calls", "Impossible de recevoir des appels",
		"Poor call quality", "Mauvaise qualité des appels",
		"Calls drop", "Appels coupés",
		"Other", "Autre",
	)},
	{Key: "data", Name: text("Data", "Données"), IssueTypes: options(
		"No connection", "Pas de connexion",
		"Slow connection", "Connexion lente",
		"Packet loss", "Perte de paquets",
		"Cannot reach a site", "Site inaccessible",
		"Other", "Autre",
	)},
	{Key: "security", Name: text("Security", "Sécurité"), IssueTypes: options(
		"Traffic blocked", "Trafic bloqué",
		"Suspicious activity", "Activité suspecte",
		"Other", "Autre",
	)},
}

// options pairs English labels, which are the values too, with French ones.
func options(pairs ...string) []rules.Option {
	var list []rules.Option
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, rules.Option{Value: pairs[i], Label: text(pairs[i], pairs[i+1])})
	}
	return list
}

var services = []db.Service{
	{Value: "911 service", Family: "voice", Name: text("911 service", "Service 911")},
	{Value: "Hosted Voice", Family: "voice", Name: text("Hosted Voice", "Voix hébergée")},
	{Value: "SIP Trunking", Family: "voice", Name: text("SIP Trunking", "Liaison SIP")},
	{Value: "Fibre Internet", Family: "data", Name: text("Fibre Internet", "Internet par fibre")},
	{Value: "Cable Internet", Family: "data", Name: text("Cable Internet", "Internet par câble"), State: db.Degraded},
	{Value: "SD-WAN", Family: "data", Name: text("SD-WAN", "SD-WAN")},
	{Value: "Co-Managed VPN", Family: "data", Name: text("Co-Managed VPN", "RPV cogéré")},
	{Value: "Managed Firewall", Family: "security", Name: text("Managed Firewall", "Pare-feu géré")},
}

//go:embed rules.yaml
var published embed.FS

// RuleSet is the source of the first rule set.
func RuleSet() (string, error) {
	data, err := published.ReadFile("rules.yaml")
	if err != nil {
		return "", fmt.Errorf("first rule set: %w", err)
	}
	return string(data), nil
}
