package views

import "time"

// ImportPage is where a file of contacts is chosen.
type ImportPage struct {
	Shell
	Post
	Submission string
	Problem    Message // with the file that was sent
	Western    bool    // it may be in Windows' own letters: it is asked
	Empty      string  // where one without contacts is, to fill in
	Columns    []ImportColumn
	Rows       int // at most
	Size       int64
	Last       string // the file that the reader sent last, while it is kept; empty for none
	LastAt     time.Time
	LastText   Message
}

// Template names views/contacts/import.html.
func (*ImportPage) Template() string { return "contacts/import" }

// ImportColumn is a column of a file of contacts.
type ImportColumn struct {
	Name     string
	Required bool
}

// Help says what stands in the column.
func (c ImportColumn) Help() Message { return Say("import.column." + c.Name) }

// ImportedPage is one file of contacts on its way in.
type ImportedPage struct {
	Shell
	Import Imported
}

// Template names views/contacts/imported.html.
func (*ImportedPage) Template() string { return "contacts/imported" }

// Imported is what would come of a file, how far its import is, or what came of it.
type Imported struct {
	Post
	State   string // "tried", "asked" or "done"
	Tried   int    // how often it was judged: what is asked for is what was seen
	Note    Message
	Again   string // where this is asked again
	Report  string // all rows as a file
	Other   string // where another file is chosen
	Created int
	Changed int
	Same    int
	Refused int
	Wanted  int
	Worked  int
	Invited bool
	Lines   []ImportLine
	More    int // rows that aren't shown
}

// Template names views/contacts/progress.html.
func (*Imported) Template() string { return "contacts/progress" }

// Kind is that of the notice on top.
func (i Imported) Kind() string {
	if i.Refused > 0 {
		return "critical"
	}
	return "info"
}

// ImportLine is what comes of a row.
type ImportLine struct {
	Row      int
	Verdict  string
	Name     string
	Email    string
	Href     string // of who is there
	Problems []ImportProblem
	Changes  []ImportChange
}

// Word is what comes of it in a word, before and after the import.
func (l ImportLine) Word(state string) Message { return Say("import." + state + "." + l.Verdict) }

// ImportProblem is what is wrong in a column.
type ImportProblem struct {
	Column string
	Value  string
	Words  Message
}

// ImportChange is a column that becomes something else.
type ImportChange struct{ Column, Old, New string }
