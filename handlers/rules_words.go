package handlers

import (
	"fmt"
	"hash/fnv"
	"slices"

	"portico/policy"
	"portico/rules"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// words are what a condition can be written with, for an editor that completes it: in the reader's language, made of what
// is published and of the draft's shared names.
type vocabulary struct {
	Facts     []factEntry `json:"facts"`
	Functions []entry     `json:"functions"`
	Operators []entry     `json:"operators"`
	Names     []entry     `json:"names"`
	Constants []entry     `json:"constants"`
	Choices   string      `json:"choices"` // what stands above the choices of a fact
	Asked     string      `json:"asked"`   // and before the forms that ask it
}

type entry struct {
	Text string `json:"text"`
	Says string `json:"says,omitempty"` // what it means, in a few words
	Help string `json:"help,omitempty"` // and in more; of a fact, as the form says it
	Code string `json:"code,omitempty"` // what it stands for
	Of   string `json:"of,omitempty"`   // of an operator, the types that may stand before it: bool, number, text, date, list
}

type factEntry struct {
	entry
	Help    string        `json:"help,omitempty"` // as the form says it
	Type    string        `json:"type"`
	Typed   string        `json:"typed"` // the type in words
	Forms   string        `json:"forms,omitempty"`
	Choices []choiceEntry `json:"choices,omitempty"`
}

type choiceEntry struct {
	Value string `json:"value"`
	Says  string `json:"says,omitempty"` // what people read, where it is something else
}

// suits tells after what an operator is offered, by its key; not stands before what it is about.
var suits = map[string]string{"and": "bool", "or": "bool", "is": "bool number text date", "is-not": "bool number text date",
	"less": "number date", "at-most": "number date", "more": "number date", "at-least": "number date", "in": "text date", "not-in": "text date",
	"contains": "text", "starts": "text", "ends": "text", "matches": "text", "plus": "number", "minus": "number", "times": "number",
	"over": "number", "rest": "number"}

// wordsPath is the address of the words; it changes with them.
func (d *drafted) wordsPath() string {
	sum := fnv.New64a()
	for _, l := range d.Set.Let {
		fmt.Fprintf(sum, "%q %q", l.Name, l.Expr)
	}
	return fmt.Sprintf("%s/words?of=%d.%x.%s", d.path(), d.Edition.Revision, sum.Sum64(), d.g.Lang)
}

// draftWords answers with what conditions of a draft can be written with. The browser keeps it, and asks whether it may.
func (a *App) draftWords(c *fiber.Ctx, who policy.Actor) error {
	d, err := a.draft(c, who)
	if err != nil {
		return err
	}
	tag := fmt.Sprintf(`"%x"`, d.wordsPath())
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	c.Set(fiber.HeaderETag, tag)
	if c.Get(fiber.HeaderIfNoneMatch) == tag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	return c.JSON(d.words())
}

func (d *drafted) words() vocabulary {
	out := vocabulary{Choices: views.T(d.g.Lang, "editor.words.choices"), Asked: views.T(d.g.Lang, "editor.words.asked"), Names: []entry{}}
	asked := d.questions()
	for _, f := range d.Vocabulary.Facts() {
		w := factEntry{entry: entry{Text: f.Path, Says: d.g.Fact(f.Path)}, Type: string(f.Type), Typed: views.T(d.g.Lang, "rules.type."+string(f.Type))}
		q := asked[f.Path]
		w.Help, w.Forms = q.help, q.forms
		for _, value := range f.Choices {
			c := choiceEntry{Value: value, Says: q.labels[value]}
			if name := d.g.Items[value].In(d.g.Lang); f.Path == "item" {
				c.Says = name
			}
			w.Choices = append(w.Choices, c)
		}
		out.Facts = append(out.Facts, w)
	}
	for _, f := range rules.Functions {
		out.Functions = append(out.Functions, entry{Text: f.Name, Help: views.T(d.g.Lang, "language.word."+f.Key)})
	}
	for _, o := range rules.Operators {
		out.Operators = append(out.Operators, entry{Text: o.Name, Says: d.g.Word(o.Name), Help: views.T(d.g.Lang, "language.word."+o.Key), Of: suits[o.Key]})
	}
	for _, l := range d.Set.Let {
		out.Names = append(out.Names, entry{Text: l.Name, Says: views.T(d.g.Lang, "editor.words.name"), Code: l.Expr})
	}
	for _, b := range []string{"true", "false"} {
		out.Constants = append(out.Constants, entry{Text: b, Says: views.T(d.g.Lang, "editor.words."+b)})
	}
	return out
}

// question is what published forms say of a fact.
type asking struct {
	help   string
	forms  string            // which ask it
	labels map[string]string // of choices whose label is not the value
}

// questions are those of all published forms, by the fact that their answer is.
func (d *drafted) questions() map[string]asking {
	out := map[string]asking{}
	for _, item := range d.Vocabulary.Items() {
		if item.Form == nil {
			continue
		}
		for _, asked := range item.Form.Questions {
			path := "answers." + asked.Key
			q := out[path]
			if q.labels == nil {
				q.labels = map[string]string{}
			}
			if q.help == "" {
				q.help = asked.Help.In(d.g.Lang)
			}
			if q.forms != "" {
				q.forms += ", "
			}
			q.forms += d.g.Items[item.Key].In(d.g.Lang)
			for _, o := range slices.Concat(asked.Options, d.issueTypes(asked)) {
				if label := o.Text(d.g.Lang); label != o.Value {
					q.labels[o.Value] = label
				}
			}
			out[path] = q
		}
	}
	return out
}

// issueTypes are the options of a question that draws them from the families of services.
func (d *drafted) issueTypes(q rules.Question) (all []rules.Option) {
	if q.Source != rules.FromIssueTypes {
		return nil
	}
	for _, f := range d.Vocabulary.Families() {
		all = append(all, f.IssueTypes...)
	}
	return all
}
