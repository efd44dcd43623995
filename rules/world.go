package rules

// World is what is published: everything that forms, and so rules, can speak of.
type World struct {
	Items    []Item
	Services []Service
	Families []Family
	Queues   []string
	Tiers    []string
}

// Item is what can be asked for, as far as rules know it.
type Item struct {
	Key  string // report-issue
	Type string // Issue
	Form *CompiledForm
}

// Service is what the provider sells.
type Service struct {
	Name   string
	Family string
}

// Family is a group of services that share their types of issue.
type Family struct {
	Key        string
	IssueTypes []Option
}
