package views

// ErrorPage tells what went wrong and what to do now. Its words are the catalogue's error.<status>.title, .text and,
// where something can be done, a link.
type ErrorPage struct {
	Shell
	Status    int
	Heading   Message
	Text      Message
	Next      Message // the link's words
	Href      string
	RequestID string // to quote when asking for help; empty where it helps nobody
}

// Template names views/errors/page.html.
func (*ErrorPage) Template() string { return "errors/page" }

// ErrorNotice is an error told beside the page that stands already.
type ErrorNotice struct{ Text Message }

// Template names views/errors/_notice.html.
func (*ErrorNotice) Template() string { return "errors/_notice" }
