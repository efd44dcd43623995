package views

import (
	"time"

	"portico/rules"
)

// Knowledge is the knowledge base: by category, or what a search found.
type Knowledge struct {
	Shell
	Query      string
	Categories []ArticleGroup // when nothing is searched for
	Found      []ArticleLine  // when something is
}

// Template names views/knowledge/page.html.
func (*Knowledge) Template() string { return "knowledge/page" }

// KnowledgeFound is the part of the knowledge base that a search changes.
type KnowledgeFound struct{ *Knowledge }

// Template names views/knowledge/_found.html.
func (KnowledgeFound) Template() string { return "knowledge/_found" }

// ArticleGroup is one category's articles.
type ArticleGroup struct {
	Key      string
	Heading  rules.Text
	Articles []ArticleLine
}

// ArticleLine is an article in a list.
type ArticleLine struct {
	Href  string
	Title string
	Words string // its first ones
}

// Article is one article.
type Article struct {
	Shell
	Heading string
	Back    string // the category's place in the list
	Name    string
	Body    string
	Updated time.Time
}

// Template names views/knowledge/article.html.
func (*Article) Template() string { return "knowledge/article" }
