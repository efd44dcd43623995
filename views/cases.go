package views

import (
	"time"

	"portico/db"
	"portico/rules"
)

// CaseList is a list of cases with all that narrows and sorts it.
type CaseList struct {
	Shell
	List    string // the list's key, carried by the filters
	Tabs    []CaseTab
	Filter  CaseFilters
	Rows    CaseRows
	Lead    Message   // what is in the list
	Views   []CaseTab // that the reader keeps
	Columns ColumnsForm
	Keep    KeepView
	MayOpen bool // the reader may open a case somewhere
}

// Heading is the page's: to staff the cases aren't theirs.
func (l *CaseList) Heading() Message {
	if l.Staff {
		return Say("cases.title.staff")
	}
	return Say("cases.title")
}

// Template names views/cases/list.html.
func (*CaseList) Template() string { return "cases/list" }

// CaseTab is one of the lists, or one that somebody keeps.
type CaseTab struct {
	Label   Message
	Name    string // instead of Label
	Href    string
	Current bool
	Waiting bool // its cases wait for the reader
}

// CaseFilters are the controls that narrow a list, with what they are set to.
type CaseFilters struct {
	State     string
	Type      string
	Types     []Choosable
	Priority  string
	Account   string // a client number
	Accounts  []Choosable
	TypeInAcc bool // there are too many accounts to choose from: their number, or their name, is typed
	Tree      bool // some accounts are below others
	Below     bool // what is below the account counts as well
	ByAccount bool // the account is what the list is narrowed by first
	Product   string
	Products  []Choosable
	Version   string // of the rules that decided
	From, To  string // dates as 2006-01-02
	Search    string
	Sort      CaseSort
}

// More tells whether one of the filters is set that are used less.
func (f CaseFilters) More() bool {
	return f.Type != "" || f.Priority != "" || f.Account != "" && !f.ByAccount || f.Product != "" || f.From != "" || f.To != ""
}

// Priorities are those to choose from.
func (CaseFilters) Priorities() []db.Priority {
	return []db.Priority{db.Critical, db.High, db.Moderate, db.Low}
}

// States are those to filter by; the empty one is any.
func (CaseFilters) States() []string { return []string{"", "open", "awaiting", "solved"} }

// Choosable is one thing to choose from.
type Choosable struct {
	Value string
	Name  rules.Text // where it has one in each language
	Words string     // else
}

// CaseSort is how the list is sorted, as a control of its own: the heads of a narrow list can't be seen.
type CaseSort struct {
	Options []SortOption
}

// SortOption is one way to sort a list.
type SortOption struct {
	Value   string
	Label   string
	Current bool
}

// Template names views/cases/_sort_option.html.
func (*SortOption) Template() string { return "cases/_sort_option" }

// CaseRows is the part of a list that follows its filters: one page of cases, or why there is none.
type CaseRows struct {
	Caption  Message
	Total    Message
	Chips    []Chip
	ClearAll string
	Problem  Message // the list could not be sorted as asked
	// What was searched for was put right, as it found nothing.
	Corrected Message
	Meant     []AccountMeant // accounts that may be meant by what was typed; nothing is listed before one is chosen
	Fits      bool           // its columns all have room of their own
	Query     string         // what its address says, but for the page
	Export    string         // where it is to be had as a file
	Heads     []CaseHeadCell
	Rows      []CaseLine
	Pages     *Pages // nil where there is but one
	Empty     *Empty // nil where there are rows
	Sort      CaseSort
	Follow    *FollowLink // where the account that is chosen is followed; nil: it can't be
	Refresh   string      // its own address, for when a case of its reader has changed
	Alone     bool        // sent without the page around it: it brings along what changes there
}

// Template names views/cases/rows.html.
func (*CaseRows) Template() string { return "cases/rows" }

// FollowLink leads to where an account is followed.
type FollowLink struct {
	Href      string
	Following bool
}

// CaseShown is which columns a list has. There is no list without a short description.
type CaseShown struct {
	ShowNumber   bool
	ShowType     bool
	ShowProduct  bool
	ShowContact  bool
	ShowAccount  bool
	ShowPriority bool
	ShowState    bool
	ShowCreated  bool
	ShowUpdated  bool
	Fits         bool // they all have room of their own
}

// Has tells whether a column is there, by the name that it has when a list is sorted by it.
func (s CaseShown) Has(column string) bool {
	switch db.Sort(column) {
	case db.ByNumber:
		return s.ShowNumber
	case db.ByType:
		return s.ShowType
	case db.ByProduct:
		return s.ShowProduct
	case db.ByContact:
		return s.ShowContact
	case db.ByAccount:
		return s.ShowAccount
	case db.ByPriority:
		return s.ShowPriority
	case db.ByState:
		return s.ShowState
	case db.ByCreated:
		return s.ShowCreated
	case db.ByUpdated:
		return s.ShowUpdated
	}
	return true
}

// CaseLine is a case as a list shows it: in the reader's words already, as there are many of them.
type CaseLine struct {
	CaseShown
	Number   string
	Href     string
	Title    string
	Sub      string // type, product and account, where their columns don't fit
	Type     string
	Product  string
	Account  string
	Contact  string
	Priority db.Priority
	State    db.State
	Created  time.Time
	Updated  time.Time
	Waiting  bool // for the reader: amber is for that alone
}

// Template names views/cases/_row.html.
func (*CaseLine) Template() string { return "cases/_row" }

// Chip is a filter that is set.
type Chip struct {
	Label Message
	Value string
	Name  rules.Text // instead of Value
	Href  string     // the list without it
}

// CaseHeadCell is the head of a column.
type CaseHeadCell struct {
	Class  string
	Column string // what is sorted by
	Label  string
	Href   string // sorts by the column, or turns that around
	Sort   string // "ascending", "descending" or nothing
	Icon   string // of an arrow, where it has a Sort
}

// Template names views/cases/_column.html.
func (*CaseHeadCell) Template() string { return "cases/_column" }

// Pages lead to the other pages of a list.
type Pages struct {
	Range    Message
	First    string // empty on the first page
	Previous string
	Next     string
	Last     string
	Numbers  []PageLink
}

// PageLink is the number of a page; without an address it stands for pages that are left out.
type PageLink struct {
	Number  string
	Label   string
	Href    string
	Current bool
}

// Template names views/cases/_page.html.
func (*PageLink) Template() string { return "cases/_page" }

// Empty says why there is nothing, and what one can do.
type Empty struct {
	Icon    string
	Heading Message
	Text    Message
	Action  Message
	Href    string
}
