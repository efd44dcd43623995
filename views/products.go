package views

import "portico/db"

// Products lists what is installed for the accounts that the reader works for.
type Products struct {
	Shell
	Groups   []ProductGroup
	Accounts []AccountChoice // to narrow the list by; empty where there is but one
	Account  int64           // the one chosen; 0: all
	MayFind  bool            // there are too many accounts to choose from: they are looked for by words
	Words    string          // that were looked for
	Next     string          // address of the next page; empty on the last
}

// Template names views/products/page.html.
func (*Products) Template() string { return "products/page" }

// ProductGroup is one account's products.
type ProductGroup struct {
	Account  string
	Client   string
	Products []ProductLine
}

// AccountChoice is an account to choose.
type AccountChoice struct {
	ID   int64
	Name string
}

// ProductLine is one product.
type ProductLine struct {
	db.ProductRow
	CasesHref string // where its open cases are listed
}

// Line is the service as other pages show it.
func (p ProductLine) Line() ServiceLine { return ServiceLine{Name: p.Service, State: p.State} }
