package views

import (
	"strconv"
	"time"

	"portico/db"
)

// BacktestPage is the tab of a draft in which it is held against what is live: over past cases, and over those that come.
type BacktestPage struct {
	Shell
	Bar     DraftBar
	Begin   BacktestForm
	Run     *BacktestRun // the last one; nil where there was none
	Shadow  ShadowBox
	Earlier []BacktestLine
}

// Template names views/rules/backtest.html.
func (*BacktestPage) Template() string { return "rules/backtest" }

// BacktestForm begins a backtest, of all cases or of some.
type BacktestForm struct {
	Post
	Submission   string
	From, To     string // dates as 2006-01-02
	Item         string
	Items        []ItemChoice
	Account      string
	Priority     string
	State        string
	WrongUntil   Message
	WrongAccount Message
	Blocked      Message // why none can begin now; empty where it can
}

// Template names views/rules/backtest_form.html.
func (*BacktestForm) Template() string { return "rules/backtest_form" }

// Narrowed tells whether some cases only are asked for.
func (f *BacktestForm) Narrowed() bool {
	return f.From != "" || f.To != "" || f.Item != "" || f.Account != "" || f.Priority != "" || f.State != "" || !f.WrongUntil.Empty() || !f.WrongAccount.Empty()
}

// Priorities are those to choose from.
func (f *BacktestForm) Priorities() []db.Priority {
	return []db.Priority{db.Critical, db.High, db.Moderate, db.Low}
}

// States are those to choose from, as lists of cases filter by them.
func (f *BacktestForm) States() []string { return []string{"", "open", "awaiting", "solved"} }

// ShadowBox begins a shadow, or tells of the one that runs.
type ShadowBox struct {
	Post
	Submission string
	Run        *BacktestLine // the last one; nil where there was none
	Running    bool
	End        string // where it is ended
	Blocked    bool   // the draft can't be read
}

// BacktestLine is a backtest, or a shadow, as a list shows it.
type BacktestLine struct {
	Href    string
	Draft   string
	Shadow  bool
	At      time.Time
	By      string
	State   string
	Cases   int
	Changed int
	Current bool
}

// Status is how far it is, in a word.
func (l BacktestLine) Status() Message { return backtestStatus(l.Shadow, l.State) }

func backtestStatus(shadow bool, state string) Message {
	if shadow {
		return Say("backtest.shadow.state." + state)
	}
	return Say("backtest.state." + state)
}

// BacktestRun is one backtest, or shadow: how far it is, and what it found. On its own it answers those who wait for it.
type BacktestRun struct {
	ID       int64
	Shadow   bool
	State    string
	Running  bool
	Again    string // where this is asked again
	Progress int    // percent
	At       time.Time
	Ended    time.Time
	By       string
	Live     int
	Cases    int
	Changed  int
	Filter   []NamedValue
	Stale    []Message // what has changed since
	End      Post      // cancels it, or ends a shadow
	Report   *BacktestReport
}

// Template names views/rules/backtest_run.html.
func (*BacktestRun) Template() string { return "rules/backtest_run" }

// Status is how far it is, in a word.
func (r *BacktestRun) Status() Message { return backtestStatus(r.Shadow, r.State) }

// Path is where it is seen.
func (r *BacktestRun) Path() string { return BacktestPath(r.ID) }

// BacktestPath is the address of a backtest or a shadow.
func BacktestPath(id int64) string { return "/rules/backtests/" + strconv.FormatInt(id, 10) }

// BacktestReport is what a backtest found.
type BacktestReport struct {
	Cases      int
	Changed    int
	Path       string
	Live       int
	Shadow     bool
	Share      string // of the cases that change: 9.4 %
	Outcomes   []OutcomeChanges
	Priorities MatrixTable
	Queues     MatrixTable
	Loads      []LoadChart
	Weeks      LoadTable
	Shares     []ShareTable
	Promises   []BeforeRow
	Broken     int // promises kept before that would be missed
	Saved      int // and the other way round
	Agreements []AgreementRow
}

// OutcomeChanges is how many cases differ in an outcome.
type OutcomeChanges struct {
	Name  Message
	Cases int
	Href  string
}

// MatrixTable is a matrix from old to new. Lines that no case comes to are left out.
type MatrixTable struct {
	ID    string
	Title Message
	CSV   string
	Heads []MatrixHead
	Rows  []MatrixRow
}

// MatrixHead is a value of the matrix: a priority, or a queue's name.
type MatrixHead struct {
	Priority db.Priority
	Name     string
}

// MatrixRow is what becomes of the cases of one value.
type MatrixRow struct {
	Head  MatrixHead
	Cells []MatrixCell
	Total int
}

// MatrixCell is how many cases go from one value to another.
type MatrixCell struct {
	Cases int
	Same  bool   // the value stays: not what one looks for
	Href  string // lists them; empty where none is listed
	Label string // what the link says to who does not see the table
	Heavy int    // 1 to 4: a part of all that change
}

// LoadChart is how many cases come to a queue, week by week: before as a line, after as bars.
type LoadChart struct {
	Queue    string
	Old, New int
	Most     int
	Width    int // of the picture, in its own measure
	Bars     []ChartBar
	Line     string // a path
	Alt      string
}

// ChartBar is a bar of a chart.
type ChartBar struct{ X, Y, Height int }

// Delta is by how many more, or fewer.
func (c LoadChart) Delta() int { return c.New - c.Old }

// LoadTable is the same as figures.
type LoadTable struct {
	CSV    string
	Queues []string
	Rows   []LoadRow
}

// LoadRow is a week of all queues.
type LoadRow struct {
	Week  string
	Cells []LoadCell
}

// LoadCell is a week of a queue.
type LoadCell struct{ Old, New int }

// ShareTable is how many cases change, of those that have something in common.
type ShareTable struct {
	ID    string
	Title Message
	CSV   string
	Rows  []ShareRow
	Rest  *ShareRow // of those that aren't listed
}

// ShareRow is one line of it.
type ShareRow struct {
	Name    string
	Sub     string
	Href    string
	Cases   int
	Changed int
	Bar     int // of 100
}

// BeforeRow is a count before and after.
type BeforeRow struct {
	Name     Message
	Old, New int
}

// Delta is by how many more, or fewer.
func (r BeforeRow) Delta() int { return r.New - r.Old }

// AgreementRow holds both sets against what people set by hand.
type AgreementRow struct {
	Name      Message
	Corrected int
	Old, New  int
	OldBar    int // of 100
	NewBar    int
}

// BacktestOne is a backtest, or a shadow, on a page of its own.
type BacktestOne struct {
	Shell
	Bar DraftBar
	Run BacktestRun
}

// Template names views/rules/backtest_one.html.
func (*BacktestOne) Template() string { return "rules/backtest_one" }

// BacktestCases lists cases that would be decided otherwise.
type BacktestCases struct {
	Shell
	Bar    DraftBar
	Back   string
	Title  Message // which of them
	CSV    string
	Rows   []BacktestCaseRow
	Next   string // the older ones; empty where there are none
	First  string // the newest; empty on their page
	All    int    // how many there are
	Capped bool   // not all of them are listed
}

// Template names views/rules/backtest_cases.html.
func (*BacktestCases) Template() string { return "rules/backtest_cases" }

// BacktestCaseRow is one of them.
type BacktestCaseRow struct {
	Number    string
	Href      string // both traces
	Title     string
	Account   string
	Opened    time.Time
	Old, New  db.Priority
	From, To  string // queues
	Others    []Message
	SameQueue bool
}

// BacktestCase is a case with the two decisions and why each came about.
type BacktestCase struct {
	Shell
	Bar     DraftBar
	Back    string
	Number  string
	Case    string // its address
	Heading string
	Before  Message // what decided as it was
	Rows    []TracedOutcome
}

// Template names views/rules/backtest_case.html.
func (*BacktestCase) Template() string { return "rules/backtest_case" }

// TracedOutcome is an outcome by both sets.
type TracedOutcome struct {
	Name     Message
	Differs  bool
	Old, New TriedSide
}

// ShadowsPage lists the drafts that are asked beside what is live, and those that were.
type ShadowsPage struct {
	Shell
	Lines []BacktestLine
}

// Template names views/rules/shadows.html.
func (*ShadowsPage) Template() string { return "rules/shadows" }
