package views

import "portico/db"

// RepairPage lists open cases that a version of the rules decided and that another would decide otherwise.
type RepairPage struct {
	Shell
	Path     string
	Version  int
	By       int
	Live     int
	Versions []int // to choose from
	Open     int   // cases that the version decided and that are not over
	Looked   int   // of which so many were judged for this page
	All      bool  // those of which nothing would change are shown too
	Wrong    Message
	Choose   RepairChoice
	First    string // address of the first page; empty on it
	Next     string // address of the next page; empty on the last
}

// Template names views/rules/repair.html.
func (*RepairPage) Template() string { return "rules/repair" }

// Same tells that the version would be decided by itself: nothing comes of that.
func (p *RepairPage) Same() bool { return p.Version == p.By }

// RepairChoice is the form in which cases are chosen.
type RepairChoice struct {
	Post
	Submission string
	By         int
	Open       int
	Lines      []RepairLine
	Wrong      Message
}

// Any tells whether there is anything to choose.
func (c RepairChoice) Any() bool {
	for _, l := range c.Lines {
		if l.Pick != "" {
			return true
		}
	}
	return false
}

// RepairLine is a case with what would become of it, or what became of it.
type RepairLine struct {
	Pick    string // its value in the form; empty where there is nothing to choose
	Href    string
	Number  string
	Title   string
	Account string
	State   db.State
	Changes []RepairChange
	Result  string // decided, same, changed, over; empty before
}

// Word is what became of it.
func (l RepairLine) Word() Message { return Say("repair.result." + l.Result) }

// RepairChange is an outcome that is decided otherwise.
type RepairChange struct {
	Name     Message
	From, To string // From is empty for what is added
	Left     string // why it stays as it is; empty where it doesn't
}

// Why says why it stays.
func (c RepairChange) Why() Message { return Say("repair.left." + c.Left) }

// RepairedPage is a choice of cases: before it is done, while, and after.
type RepairedPage struct {
	Shell
	Repair Repair
}

// Template names views/rules/repaired.html.
func (*RepairedPage) Template() string { return "rules/repaired" }

// Repair is what follows the work while it goes on.
type Repair struct {
	Post
	Href    string
	Back    string
	State   string // chosen, asked, done
	Version int
	By      int
	Cases   int
	Done    int
	Results []RepairCount
	Lines   []RepairLine
	More    int // cases that are not shown
}

// Template names views/rules/repairing.html.
func (*Repair) Template() string { return "rules/repairing" }

// RepairCount is how many cases something became of.
type RepairCount struct {
	Result string
	N      int
}

// Word is what became of them.
func (c RepairCount) Word() Message { return Say("repair.result." + c.Result) }
