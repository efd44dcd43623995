package demo

import (
	"embed"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed stories/*.yaml
var storyFiles embed.FS

// story is what can happen to a case, from its opening to its end. Texts have names in braces, see words.
type story struct {
	Key          string
	Lang         string   // the requester's; empty: English
	Item         string   // an item's key
	Services     []string // it happens to one of these
	Tags         []string // what staff tag it with once they know
	Choice       string   // the type of issue or change, or the topic
	Everywhere   *bool    // nil: either way
	Intermittent *bool
	Urgent       string // why it may be urgent; empty: it never is
	Text         string // the description
	Talk         []turn
	Done         string // the last word
	By           string // who has it: "customer", else staff
}

// turn is one thing that is said: exactly one of its fields is set.
type turn struct {
	Staff, Customer, Note string
	Ask                   string // staff requests information
}

func (t turn) text() string { return t.Staff + t.Customer + t.Note + t.Ask }

func readStories() ([]story, error) {
	files, err := storyFiles.ReadDir("stories")
	if err != nil {
		return nil, fmt.Errorf("stories: %w", err)
	}
	var all []story
	for _, f := range files {
		data, err := storyFiles.ReadFile("stories/" + f.Name())
		if err != nil {
			return nil, fmt.Errorf("stories: %w", err)
		}
		var list []story
		if err := yaml.UnmarshalWithOptions(data, &list, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("stories in %s: %w", f.Name(), err)
		}
		all = append(all, list...)
	}
	for i := range all {
		if all[i].Lang == "" {
			all[i].Lang = "en"
		}
	}
	return all, nil
}

// deck gives stories out evenly: the one told least often, of those that fit.
type deck struct {
	stories []story
	told    []int
}

func (d *deck) draw(rng *rand.Rand, fits func(story) bool) (story, bool) {
	best := -1
	for _, i := range rng.Perm(len(d.stories)) {
		if fits(d.stories[i]) && (best < 0 || d.told[i] < d.told[best]) {
			best = i
		}
	}
	if best < 0 {
		return story{}, false
	}
	d.told[best]++
	return d.stories[best], true
}

// named finds the story with a key.
func (d *deck) named(key string) (story, bool) {
	i := slices.IndexFunc(d.stories, func(s story) bool { return s.Key == key })
	if i < 0 {
		return story{}, false
	}
	d.told[i]++
	return d.stories[i], true
}

// words fills the names in braces, the same for all texts of one case.
func words(rng *rand.Rand, lang, name, site string) *strings.Replacer {
	number := func(from, to int) string { return strconv.Itoa(from + rng.IntN(to-from)) }
	separator, point := ":", "."
	if lang == "fr" {
		separator, point = " h ", ","
	}
	return strings.NewReplacer(
		"{name}", name, "{site}", site,
		"{ext}", number(2100, 2399), "{ext2}", number(2400, 2599), "{ext3}", number(2600, 2799),
		"{n}", number(2, 9),
		"{hour}", number(9, 16)+separator+strconv.Itoa(5*(2+rng.IntN(9))),
		"{invoice}", "INV-"+number(204100, 219800),
		"{amount}", number(24, 460)+point+"50",
	)
}
