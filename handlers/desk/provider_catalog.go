package desk

import (
	"context"
	"slices"

	"portico/db"
	"portico/db/standard"
	"portico/policy"
	"portico/rules"
)

// AddStandardItem takes one of the program's standard items into the catalog, with its form, and its category where that is
// not there yet. One that is there already stays as it is.
func (d *Desk) AddStandardItem(ctx context.Context, who policy.Actor, key string) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		place := slices.IndexFunc(standard.Items, func(i db.Item) bool { return i.Key == key })
		if place < 0 {
			return db.ErrNotFound
		}
		item := standard.Items[place]
		all, err := tx.AllItems(ctx)
		if err != nil {
			return err
		}
		for _, had := range all {
			if had.Key == key {
				return nil
			}
			item.Position = max(item.Position, had.Position+1)
		}
		if err := d.addStandardCategory(ctx, tx, item.Category); err != nil {
			return err
		}
		form, err := standard.Form(key)
		if err != nil {
			return err
		}
		if err := db.Add(ctx, tx, []db.Item{item}); err != nil {
			return err
		}
		if err := db.Add(ctx, tx, []db.FormVersion{{Item: key, Form: form, PublishedAt: d.Clock()}}); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.ItemCreated, Subject: "item", Detail: map[string]any{"key": key}})
	})
}

func (d *Desk) addStandardCategory(ctx context.Context, tx *db.DB, key string) error {
	if key == "" {
		return nil
	}
	all, err := tx.Categories(ctx)
	if err != nil {
		return err
	}
	place := 0
	for _, had := range all {
		if had.Key == key {
			return nil
		}
		place = max(place, had.Position+1)
	}
	i := slices.IndexFunc(standard.Categories, func(c db.Category) bool { return c.Key == key })
	if i < 0 {
		return db.ErrNotFound
	}
	category := standard.Categories[i]
	category.Position = place
	return db.Add(ctx, tx, []db.Category{category})
}

// CategoryContent is what a category of the catalog is made of.
type CategoryContent struct {
	Name    rules.Text `json:"name"`
	Purpose rules.Text `json:"purpose"`
}

// CategoryAsContent is what a category is made of now.
func CategoryAsContent(c db.Category) CategoryContent {
	return CategoryContent{Name: c.Name, Purpose: c.Purpose}
}

// SaveCategory changes what a category is called and for, if it still is as the marks say.
func (d *Desk) SaveCategory(ctx context.Context, who policy.Actor, key string, in CategoryContent, marks string) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		c, err := tx.Category(ctx, key)
		if err != nil {
			return err
		}
		invalid := Invalid{}
		in.Name, in.Purpose = invalid.both("name", in.Name, longestLabel), invalid.both("purpose", in.Purpose, longestPurpose)
		if err := invalid.err(); err != nil {
			return err
		}
		was := CategoryAsContent(c)
		if len(differing(was, in)) == 0 {
			return nil
		}
		if err := unchanged(marks, was); err != nil {
			return err
		}
		c.Name, c.Purpose = in.Name, in.Purpose
		if err := tx.SaveCategory(ctx, c); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.CategoryChanged, Subject: "category",
			Detail: map[string]any{"key": key, "fields": differing(was, in)}})
	})
}

// OrderCategories puts the catalog's categories in order.
func (d *Desk) OrderCategories(ctx context.Context, who policy.Actor, order Order[string]) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		all, err := tx.Categories(ctx)
		if err != nil {
			return err
		}
		keys := make([]string, len(all))
		for i, c := range all {
			keys[i] = c.Key
		}
		if keys, err = order.of(keys); err != nil {
			return err
		}
		if err := tx.OrderCategories(ctx, keys); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.CategoriesOrdered, Subject: "category", Detail: map[string]any{"order": keys}})
	})
}

// ItemContent is what an item of the catalog is made of, as far as it can be changed without its form's editor: what it is
// called, where it stands, and the lists of choices that its form has of its own, by the key of their question.
type ItemContent struct {
	Category string                    `json:"category"` // empty: it stands alone on the home page
	Name     rules.Text                `json:"name"`
	Purpose  rules.Text                `json:"purpose"`
	TypeName rules.Text                `json:"type"`
	Submit   rules.Text                `json:"submit"`
	Choices  map[string][]rules.Option `json:"choices"`
}

// ItemAsContent is what an item is made of now, with the form that it asks.
func ItemAsContent(i db.Item, form rules.Form) ItemContent {
	c := ItemContent{Category: i.Category, Name: i.Name, Purpose: i.Purpose, TypeName: i.TypeName, Submit: i.Submit,
		Choices: map[string][]rules.Option{}}
	for _, q := range form.Questions {
		if listed(q) {
			c.Choices[q.Key] = q.Options
		}
	}
	return c
}

// listed tells whether a question has choices that stand in its form and are nobody else's: what services or locations
// there are is said elsewhere, and ways to be contacted are the program's own.
func listed(q rules.Question) bool { return q.Source == "" && len(q.Options) > 0 }

// ItemForm finds an item, and the form that it asks now: an empty one where it has none yet.
func (d *Desk) ItemForm(ctx context.Context, tx *db.DB, key string) (db.Item, rules.Form, error) {
	item, id, err := tx.Item(ctx, key)
	if err != nil || id == 0 {
		return item, rules.Form{}, err
	}
	version, err := tx.FormVersion(ctx, id)
	return item, version.Form, err
}

// SaveItem changes an item, if it still is as the marks say. Where a list of choices is another one, the form is published as a new
// version: cases keep the one that they were opened with.
func (d *Desk) SaveItem(ctx context.Context, who policy.Actor, key string, in ItemContent, marks string) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		item, form, err := d.ItemForm(ctx, tx, key)
		if err != nil {
			return err
		}
		categories, err := tx.Categories(ctx)
		if err != nil {
			return err
		}
		was := ItemAsContent(item, form)
		if in, err = in.check(was, categories); err != nil {
			return err
		}
		fields := differing(was, in)
		if len(fields) == 0 {
			return nil
		}
		if err := unchanged(marks, was); err != nil {
			return err
		}
		item.Category, item.Name, item.Purpose, item.TypeName, item.Submit = in.Category, in.Name, in.Purpose, in.TypeName, in.Submit
		detail := map[string]any{"key": key, "fields": fields}
		if err := tx.SaveItem(ctx, item); err != nil {
			return err
		}
		if slices.Contains(fields, "choices") {
			if detail["form"], err = d.publishChoices(ctx, tx, key, form, in.Choices); err != nil {
				return err
			}
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.ItemChanged, Subject: "item", Detail: detail})
	})
}

func (c ItemContent) check(was ItemContent, categories []db.Category) (ItemContent, error) {
	invalid := Invalid{}
	c.Name, c.TypeName = invalid.both("name", c.Name, longestLabel), invalid.both("type", c.TypeName, longestLabel)
	c.Purpose, c.Submit = invalid.both("purpose", c.Purpose, longestPurpose), invalid.both("submit", c.Submit, longestLabel)
	if c.Category != "" && !slices.ContainsFunc(categories, func(had db.Category) bool { return had.Key == c.Category }) {
		invalid["category"] = Complaint{Code: "setup.choose"}
	}
	choices := map[string][]rules.Option{}
	for question, had := range was.Choices {
		choices[question] = kept(had, invalid.options("choices-"+question, c.Choices[question]))
		if len(choices[question]) == 0 {
			invalid["choices-"+question] = Complaint{Code: "setup.option.none"}
		}
	}
	c.Choices = choices
	return c, invalid.err()
}

// kept gives choices back what their rows don't show: the conditions under which they are offered.
func kept(had, rows []rules.Option) []rules.Option {
	for i, o := range rows {
		for _, h := range had {
			if h.Value == o.Value {
				rows[i].When = h.When
			}
		}
	}
	return rows
}

// publishChoices publishes a form with other lists of choices. The live rules must still hold to it.
func (d *Desk) publishChoices(ctx context.Context, tx *db.DB, item string, form rules.Form, choices map[string][]rules.Option) (int64, error) {
	form.Questions = slices.Clone(form.Questions)
	field := "choices"
	for i, q := range form.Questions {
		if options, ok := choices[q.Key]; ok {
			form.Questions[i].Options, field = options, "choices-"+q.Key
		}
	}
	if _, problems := form.Compile(); len(problems) > 0 {
		return 0, Invalid{field: {Code: "setup.option.needed"}}
	}
	versions := []db.FormVersion{{Item: item, Form: form, PublishedAt: d.Clock()}}
	err := d.rulesHold(ctx, tx, field, func() error { return db.Add(ctx, tx, versions) })
	return versions[0].ID, err
}

// OrderItems puts the items of one category in order: the empty one is what stands alone on the home page.
func (d *Desk) OrderItems(ctx context.Context, who policy.Actor, category string, order Order[string]) error {
	return d.configure(ctx, who, func(ctx context.Context, tx *db.DB) error {
		all, err := tx.Items(ctx, category)
		if err != nil {
			return err
		}
		keys := make([]string, len(all))
		for i, item := range all {
			keys[i] = item.Key
		}
		if keys, err = order.of(keys); err != nil {
			return err
		}
		if err := tx.OrderItems(ctx, keys); err != nil {
			return err
		}
		return d.audit(ctx, tx, who, db.AuditEntry{Action: db.ItemsOrdered, Subject: "item", Detail: map[string]any{"category": category, "order": keys}})
	})
}
