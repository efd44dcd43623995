package views

import "portico/rules"

// CatalogPage is all that can be asked for.
type CatalogPage struct {
	Shell
	Alone      []ItemLink // items that stand outside of categories
	Categories []CategoryItems
}

// Template names views/catalog/catalog.html.
func (*CatalogPage) Template() string { return "catalog/catalog" }

// CategoryPage is what can be asked for in one category.
type CategoryPage struct {
	Shell
	Name    rules.Text
	Purpose rules.Text
	Items   []ItemLink
}

// Template names views/catalog/category.html.
func (*CategoryPage) Template() string { return "catalog/category" }

// CategoryItems is a category with its items.
type CategoryItems struct {
	CategoryLink
	Items []ItemLink
}

// CategoryLink leads to a category.
type CategoryLink struct {
	Name rules.Text
	Href string
}

// ItemLink leads to an item's form.
type ItemLink struct {
	Name    rules.Text
	Purpose rules.Text
	Href    string
}
