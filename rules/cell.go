package rules

import (
	"slices"
)

// cell is a fact as one decision found it, in the field of its type.
type cell struct {
	at     uint64 // the decision that read it last
	there  bool
	yes    bool
	number int
	text   string // of a day too
	list   []string
	boxed  any // as it was handed to expr's machine last
}

// loader reads a fact into a cell without making anything of it that would have to be collected again.
type loader func(*Facts, *cell)

func (r *readable) loader() loader {
	if load, isKnown := loaders[r.Path]; isKnown {
		return load
	}
	key, typ := r.Path[len("answers."):], r.Type
	return func(f *Facts, c *cell) {
		value := f.Answers[key]
		switch typ {
		case Bool:
			c.yes, c.there = value.(bool)
		case Int:
			c.number, c.there = value.(int)
		case Str, Day:
			c.text, c.there = value.(string)
			c.text = seen(c.text)
		case List:
			c.list, c.there = value.([]string)
		default:
			c.there = false
		}
	}
}

// loaders are those of the facts that don't depend on forms. A test holds them to what these say of themselves.
var loaders = map[string]loader{
	"item":                  func(f *Facts, c *cell) { c.text, c.there = f.Item, true },
	"type":                  func(f *Facts, c *cell) { c.text, c.there = f.Type, true },
	"services":              func(f *Facts, c *cell) { c.list, c.there = f.Services, true },
	"families":              func(f *Facts, c *cell) { c.list, c.there = f.Families, true },
	"account.name":          func(f *Facts, c *cell) { c.text, c.there = f.Account.Name, f.Account.known() },
	"account.client_number": func(f *Facts, c *cell) { c.text, c.there = f.Account.ClientNumber, f.Account.known() },
	"account.tier":          func(f *Facts, c *cell) { c.text, c.there = f.Account.Tier, f.Account.known() },
	"account.depth":         func(f *Facts, c *cell) { c.number, c.there = f.Account.Depth, f.Account.known() },
	"account.path":          func(f *Facts, c *cell) { c.list, c.there = f.Account.Path, f.Account.known() },
	"contact.language":      func(f *Facts, c *cell) { c.text, c.there = f.Contact.Language, f.Contact.known() },
	"contact.roles":         func(f *Facts, c *cell) { c.list, c.there = f.Contact.Roles, f.Contact.known() },
	"now.hour":              func(f *Facts, c *cell) { c.number, c.there = f.Now.Hour, f.Now.known() },
	"now.weekday":           func(f *Facts, c *cell) { c.text, c.there = f.Now.Weekday, f.Now.known() },
	"now.business_hours":    func(f *Facts, c *cell) { c.yes, c.there = f.Now.BusinessHours, f.Now.known() },
}

func (a *AccountFacts) known() bool { return a.ClientNumber != "" }
func (c *ContactFacts) known() bool { return c.Language != "" }
func (n *NowFacts) known() bool     { return n.Weekday != "" }

// box gives a cell's value as expr's machine takes it, the one that was made last where it still is that.
func (c *cell) box(typ Type) any {
	if !c.there {
		return zero[typ]
	}
	switch typ {
	case Bool:
		return c.yes
	case Int:
		if last, ok := c.boxed.(int); !ok || last != c.number {
			c.boxed = c.number
		}
	case Str, Day:
		if last, ok := c.boxed.(string); !ok || last != c.text {
			c.boxed = c.text
		}
	case List:
		if last, ok := c.boxed.([]string); !ok || !slices.Equal(last, c.list) {
			c.boxed = c.list
		}
	}
	return c.boxed
}
