package views

import (
	"time"

	"portico/db"
)

// SearchPage is what is found by words or a number, by sources.
type SearchPage struct {
	Shell
	Query   string
	Source  string // the one that is shown; empty: all
	Sources []SearchSource
	Results SearchResults
}

// Template names views/search/page.html.
func (*SearchPage) Template() string { return "search/page" }

// SearchSource leads to what one source has, or all of them.
type SearchSource struct {
	Label   Message
	Value   string
	Href    string
	Current bool
}

// SearchResults is the part of the page that follows what is typed.
type SearchResults struct {
	Query   string
	Groups  []SearchGroup
	MayOpen bool   // the reader may open a case, where none is found
	Refresh string // its own address, for when a case of its reader has changed
}

// Template names views/search/results.html.
func (*SearchResults) Template() string { return "search/results" }

// Suggestions are the first that is found of what is being typed into the bar: options of its list.
type Suggestions struct {
	Query  string
	Groups []SearchGroup
	All    string  // where all of it is; empty while too little is typed
	Said   Message // how many there are
}

// Template names views/search/suggestions.html.
func (*Suggestions) Template() string { return "search/suggestions" }

// SearchGroup is what one source has.
type SearchGroup struct {
	Key       string
	Corrected Message // what was searched for was put right, as it found nothing
	Hits      []SearchHit
	More      string // where more of it is; empty where this is all
}

// Heading is the group's.
func (g SearchGroup) Heading() Message { return Say("search.source." + g.Key) }

// SearchHit is one thing that was found.
type SearchHit struct {
	N       int // its place among suggestions
	Href    string
	Icon    string
	Title   string
	Sub     string
	Number  string    // of a case, which has the following too
	State   db.State  //
	Updated time.Time //
	Waiting bool      // for the reader
}
