package crowd

import (
	"math/rand/v2"
	"strings"
)

// languages as often as people have them.
var languages = []string{"en", "en", "en", "en", "fr"}

type city struct{ name, zone, code string }

var cities = []city{
	{"Toronto", "America/Toronto", "416"}, {"Ottawa", "America/Toronto", "613"}, {"Hamilton", "America/Toronto", "905"},
	{"London", "America/Toronto", "519"}, {"Kingston", "America/Toronto", "613"}, {"Windsor", "America/Toronto", "519"},
	{"Sudbury", "America/Toronto", "705"}, {"Montréal", "America/Toronto", "514"}, {"Québec", "America/Toronto", "418"},
	{"Laval", "America/Toronto", "450"}, {"Gatineau", "America/Toronto", "819"}, {"Sherbrooke", "America/Toronto", "819"},
	{"Moncton", "America/Moncton", "506"}, {"Fredericton", "America/Moncton", "506"}, {"Saint John", "America/Moncton", "506"},
	{"Halifax", "America/Halifax", "902"}, {"Sydney", "America/Halifax", "902"}, {"Truro", "America/Halifax", "902"},
	{"Charlottetown", "America/Halifax", "902"}, {"St. John's", "America/St_Johns", "709"}, {"Gander", "America/St_Johns", "709"},
	{"Winnipeg", "America/Winnipeg", "204"}, {"Brandon", "America/Winnipeg", "204"}, {"Regina", "America/Regina", "306"},
	{"Saskatoon", "America/Regina", "306"}, {"Calgary", "America/Edmonton", "403"}, {"Edmonton", "America/Edmonton", "780"},
	{"Red Deer", "America/Edmonton", "403"}, {"Vancouver", "America/Vancouver", "604"}, {"Victoria", "America/Vancouver", "250"},
	{"Kelowna", "America/Vancouver", "250"}, {"Whitehorse", "America/Whitehorse", "867"},
}

var (
	siteKinds = []string{"Office", "Warehouse", "Plant", "Branch", "Depot", "Service Centre"}
	unitKinds = []string{"Plant", "Warehouse", "Branch", "Depot", "Terminal", "Store", "Works", "Laboratory", "Office", "Garage"}

	companyFirst = strings.Fields(`Acadia Alder Anchor Arbour Atlantic Aurora Bayview Beacon Birch Bluewater Bridgeport Caribou
		Cascade Cedar Chinook Clearwater Cobalt Compass Copper Coastal Crescent Driftwood Eagle Eastgate Elmwood Evergreen
		Fairview Fundy Glacier Granite Greenfield Hawthorn Heron Highland Horizon Huron Ironwood Juniper Kestrel Keystone
		Lakeshore Lantern Laurentian Lighthouse Meadow Meridian Millstone Northgate Oakridge Osprey Pacific Pinecrest Pioneer
		Prairie Quarry Redwood Ridgeway Riverside Rockport Sandstone Seaway Sequoia Silverlake Spruce Sterling Summit
		Tamarack Tidewater Timberline Trillium Tundra Valley Vanguard Westwind Whitecap Wildrose Willow Windward Woodland`)
	companySecond = strings.Fields(`Aviation Bakeries Beverages Builders Ceramics Chemicals Clinics Construction Credit Dairy
		Dental Diagnostics Energy Engineering Farms Fisheries Flooring Foods Forestry Freight Furniture Garments Glass Grocers
		Hardware Health Hotels Insurance Laboratories Leasing Legal Logistics Lumber Machining Marine Markets Metals Mills
		Motors Nurseries Optical Packaging Paper Pharmacies Plastics Power Press Properties Rail Realty Recycling Resorts
		Robotics Schools Seafood Security Shipping Solar Steel Storage Textiles Theatres Tools Travel Vineyards Wholesale`)

	firstNames = map[string][]string{
		"en": strings.Fields(`Aaron Abigail Adam Aisha Alan Alice Amir Amy Andrew Angela Anita Anthony Arjun Audrey Barbara
			Benjamin Beth Brandon Brian Carol Carlos Catherine Charles Chloe Colin Cynthia Daniel David Deborah Derek Diana
			Donald Dylan Edward Elena Emily Eric Ethan Eva Fatima Fiona Frances Gary George Grace Graham Hannah Harpreet
			Heather Ian Irene Jacob James Janet Jason Jean Jennifer Jordan Joseph Joyce Karen Keith Kevin Kim Laura Leah Liam
			Linda Logan Lucas Margaret Maria Mark Megan Mei Michael Nadia Naomi Nathan Nicole Noah Olivia Omar Owen Pamela
			Patrick Paul Peter Rachel Raj Rebecca Richard Rosa Ruth Ryan Samantha Sarah Scott Sean Simon Sofia Stephen Susan
			Tara Teresa Thomas Tyler Vera Victor Wayne Wendy William Yusuf Zoe`),
		"fr": strings.Fields(`Adèle Alain Alexandre Annick Antoine Benoît Bernard Brigitte Camille Caroline Chantal Clément
			Danielle Denis Diane Didier Élise Émile Étienne Fabienne Florence François Gabriel Geneviève Gilles Guillaume
			Hélène Hugo Isabelle Jacques Jérôme Joël Josée Julien Laurence Léa Louise Luc Lucie Manon Marc Marguerite Marie
			Mathieu Maxime Mélanie Mireille Nathalie Noémie Océane Olivier Pascal Patrice Philippe Pierre Raphaël René Sébastien
			Serge Simone Solange Stéphane Suzanne Sylvie Thérèse Thierry Véronique Vincent Xavier Yves Zoé`),
	}
	lastNames = strings.Fields(`Ahmed Allard Allen Anderson Arsenault Baker Beaulieu Bell Bélanger Bennett Bergeron Boucher
		Boudreau Bouchard Brown Cameron Campbell Caron Carter Chan Chen Clark Cormier Côté Cyr Daigle Davis Desjardins Dhillon
		Doucet Dubois Evans Fortin Fournier Fraser Gagné Gagnon Gallant Gauthier Gill Girard Gosselin Grant Gray Grewal Hall
		Hamilton Harris Hébert Hill Hughes Jackson Johnson Jones Kaur Kelly Khan Kim King Lachance Landry Lapointe Lavoie
		Leblanc Lee Lefebvre Léger Lewis Li MacDonald MacKenzie MacLeod Martin Mason McDonald Mercier Michaud Mitchell Moore
		Morin Morrison Murphy Murray Nadeau Nguyen Ouellet Paquette Paradis Parker Patel Pelletier Perreault Poirier Poulin
		Power Reid Richard Roberts Robinson Ross Roy Ryan Scott Sharma Shaw Simard Singh Smith Stewart St-Pierre Sullivan
		Taylor Thériault Thibault Thompson Tremblay Turner Walker Wang White Williams Wilson Wong Wright Young Zhang`)
)

// plain writes a name without what mail addresses don't like.
var plain = strings.NewReplacer("é", "e", "è", "e", "ê", "e", "ë", "e", "ô", "o", "î", "i", "ï", "i", "ç", "c", "'", "", " ", "")

// names gives companies out, each once.
type names struct {
	order []int
	given int
}

func newNames(rng *rand.Rand) *names {
	return &names{order: rng.Perm(len(companyFirst) * len(companySecond))}
}

// company is the next one, with a domain that nobody has. When all names are out, they are said of places.
func (n *names) company() (name, domain string) {
	i, round := n.order[n.given%len(n.order)], n.given/len(n.order)
	n.given++
	name = companyFirst[i%len(companyFirst)] + " " + companySecond[i/len(companyFirst)]
	if round > 0 {
		name += " of " + cities[(round-1)%len(cities)].name
	}
	return name, plain.Replace(strings.ToLower(strings.ReplaceAll(name, " ", "-"))) + ".test"
}
