package views

// Shell is what stands around every page. Handlers set Title, and where they apply Here, Live and Notice; the rest is
// filled in the one place that renders pages.
type Shell struct {
	Title   string   // of the page, in the reader's language
	Here    string   // key of the menu's entry that the page belongs to
	Live    string   // address of the page's stream of changes; empty: it has none
	Notice  Message  // what was just done
	Layout  string   // class of the page's own layout: "gate", "page-narrow", "desk" …
	Scripts []string // that this page needs beside what every page has, by their plain names
	Refresh int      // seconds after which the browser asks for the page again; 0: never

	Lang       string
	Path       string // the page's own address, to come back to
	Since      string // the milestone from which on the page is told what changes
	Theme      string // auto, light, dark
	Contrast   bool
	TextSize   string // empty: as the browser has it; "large", "larger"
	Still      bool   // nothing moves
	Underlined bool   // all links are
	Provider   string // who runs the portal
	Staff      bool
	Demo       bool
	CSRF       string
	Person     *Signed // nil when signed out
	Menu       []MenuEntry
	Rail       []RailGroup // staff only
	Incident   *Banner
}

// Frame makes every type that embeds a Shell a Page.
func (s *Shell) Frame() *Shell { return s }

// Density is how closely things stand: staff live in it, customers come once a month.
func (s *Shell) Density() string {
	if s.Staff {
		return "dense"
	}
	return "generous"
}

// Styles are what this page needs beside what every page has, by their plain names.
func (s *Shell) Styles() []string {
	if s.Layout == "desk" { // where cases open beside their queue
		return []string{"case.css"}
	}
	switch s.Here {
	case "cases", "activities":
		return []string{"case.css"}
	case "rules":
		return []string{"workbench.css"}
	case "accounts", "audit", "contacts", "mail", "policy", "registrations", "setup":
		return []string{"office.css"}
	case "components":
		return []string{"case.css", "office.css", "workbench.css"}
	}
	return nil
}

// Phone is the bar at the bottom of a phone: home and the first three entries of the menu.
func (s *Shell) Phone() []MenuEntry {
	home := MenuEntry{Key: "home", Href: "/", Icon: "house", Current: s.Here == "home"}
	return append([]MenuEntry{home}, s.Menu[:min(3, len(s.Menu))]...)
}

// More is what the phone's bar keeps behind its last button: the rest of the menu, and what the rail shows elsewhere.
func (s *Shell) More() []MenuEntry { return s.Menu[min(3, len(s.Menu)):] }

// Signed is the person whose page it is.
type Signed struct {
	Name   string
	Avatar Avatar
	Where  string // their account, or the provider
}

// Avatar is somebody's picture or, where they have none, their initials.
type Avatar struct {
	Picture  string // its address; empty for none
	Initials string
	Tone     int // 0 to 5: the colour that stands for them
	Large    bool
}

// MenuEntry is one entry of the main menu.
type MenuEntry struct {
	Key     string // "cases": its text is the catalogue's menu.cases
	Href    string
	Icon    string
	Current bool
}

// Text is the entry's words.
func (m MenuEntry) Text() Message { return Say("menu." + m.Key) }

// Short is the entry's words on a phone.
func (m MenuEntry) Short() Message { return Say("menu." + m.Key + "-short") }

// RailGroup is one part of the staff's rail.
type RailGroup struct {
	Key     string // "queues": its heading is the catalogue's rail.queues
	Entries []RailEntry
}

// Heading is the group's.
func (g RailGroup) Heading() Message { return Say("rail." + g.Key) }

// RailEntry is one line of the rail.
type RailEntry struct {
	ID      string // of the element; also names what it shows: "queue-3"
	Href    string
	Icon    string
	Label   Message // used when Name is empty
	Name    string  // of a queue, as administrators call it
	Count   int
	Counted bool
	Current bool
}

// Banner tells of an incident that touches the reader.
type Banner struct {
	Level string // "outage", "degraded" or "maintenance"
	Title string
	Href  string
}

// Post is what every form carries: where it goes and the token that proves it came from a page of ours.
type Post struct {
	Action string
	CSRF   string
}
