package rules

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// Comment is what people wrote around one thing in a file, each line without its #.
type Comment struct {
	Above, Below []string
	Beside       string
}

// Comments are those of a thing and of its parts, by the part's key: "when", "customer.fr"; the thing itself is "". What
// is nil has none. They say nothing about meaning: Diff passes them over, Format writes them where they stood.
type Comments map[string]Comment

// addComments finds the comments of a file that is known to be a rule set.
func (s *RuleSet) addComments(source string) {
	if !strings.Contains(source, "#") {
		return
	}
	found := yaml.CommentMap{}
	var ignored any
	if err := yaml.UnmarshalWithOptions([]byte(source), &ignored, yaml.CommentToMap(found)); err != nil {
		return // it was read a moment ago: comments are not worth failing for
	}
	placed := map[string]int{}
	for _, path := range slices.Sorted(maps.Keys(found)) {
		for _, c := range found[path] {
			s.comment(strings.TrimPrefix(strings.TrimPrefix(path, "$"), "."), c)
			for _, text := range c.Texts {
				placed[text]++
			}
		}
	}
	s.stray(source, placed)
}

// stray keeps at the end what the library has no path for: a comment beside an empty list, say.
func (s *RuleSet) stray(source string, placed map[string]int) {
	for _, t := range lexer.Tokenize(source) {
		if t.Type != token.CommentType {
			continue
		}
		if placed[t.Value]--; placed[t.Value] < 0 {
			addComment(&s.Comments, "", &yaml.Comment{Texts: []string{t.Value}, Position: yaml.CommentFootPosition})
		}
	}
}

var listed = regexp.MustCompile(`^(rules|examples)\[(\d+)\]\.?(.*)$`)

// comment keeps one where it belongs, by its path in the file.
func (s *RuleSet) comment(path string, c *yaml.Comment) {
	m := listed.FindStringSubmatch(path)
	if m == nil {
		addComment(&s.Comments, path, c)
		return
	}
	i, err := strconv.Atoi(m[2])
	switch {
	case err != nil:
	case m[1] == "rules" && i < len(s.Rules):
		addComment(&s.Rules[i].Comments, m[3], c)
	case m[1] == "examples" && i < len(s.Examples):
		addComment(&s.Examples[i].Comments, m[3], c)
	}
}

func addComment(to *Comments, key string, found *yaml.Comment) {
	if *to == nil {
		*to = Comments{}
	}
	if found.Position == yaml.CommentFootPosition || key == "name" && found.Position == yaml.CommentHeadPosition {
		key = "" // it stands below or above the whole
	}
	one := (*to)[key]
	switch found.Position {
	case yaml.CommentHeadPosition:
		one.Above = append(one.Above, found.Texts...)
	case yaml.CommentFootPosition:
		one.Below = append(one.Below, found.Texts...)
	default:
		one.Beside = strings.Join(found.Texts, " ")
	}
	(*to)[key] = one
}

// of gathers the comments of a part that is written on lines of its own, and of what is written within it: those of the
// parts in it stand above.
func (c Comments) of(key string) Comment {
	out := c[key]
	if key == "" {
		return out
	}
	var within []string
	for k := range c {
		if strings.HasPrefix(k, key+".") || strings.HasPrefix(k, key+"[") {
			within = append(within, k)
		}
	}
	slices.Sort(within)
	for _, k := range within {
		out.Above = append(out.Above, c[k].Above...)
		if c[k].Beside != "" {
			out.Above = append(out.Above, c[k].Beside)
		}
	}
	return out
}
