package views

// ColumnsForm is where the columns of lists are chosen.
type ColumnsForm struct {
	Post
	Query   string // what the address of the list says that it stands at
	Columns []ColumnChoice
}

// ColumnChoice is a column that a list may have.
type ColumnChoice struct {
	Column string
	Label  string
	On     bool
}

// KeepView is the form that keeps a list by a name.
type KeepView struct {
	Post
	Query     string // what the address of the list says
	Name      string
	Complaint Message
	Taken     bool // there is one of that name: it may take its place
	Alone     bool // it was refused, and has the focus
}

// Template names views/cases/_keep.html.
func (*KeepView) Template() string { return "cases/_keep" }

// CaseViews is the page of the lists that somebody keeps.
type CaseViews struct {
	Shell
	Rows KeptViews
	Keep *KeepView // one that could not be kept; else nil
}

// Template names views/cases/views.html.
func (*CaseViews) Template() string { return "cases/views" }

// KeptViews are the lists that somebody keeps, in order.
type KeptViews struct {
	Order   Post
	Views   []KeptView
	Problem Message // why they could not be put in order
	Said    Message // what was done
	Alone   bool    // sent without the page around them
}

// Template names views/cases/_kept.html.
func (*KeptViews) Template() string { return "cases/_kept" }

// KeptView is one of them.
type KeptView struct {
	ID        string
	Name      string
	Typed     string // what stands in its field: another name, where that was refused
	Complaint Message
	Href      string
	About     string // what it is of
	Rename    Post
	Remove    Post
	IsFirst   bool
	IsLast    bool
}
