package handlers

import (
	"strings"
	"unicode/utf8"

	"portico/db"
	"portico/policy"
	"portico/views"

	"github.com/gofiber/fiber/v2"
)

// longestSearch is how much of what is typed into a search is looked at, in bytes.
const longestSearch = 200

// knowledge lists the articles by category, or those that a search finds.
func (a *App) knowledge(c *fiber.Ctx, who policy.Actor) error {
	if !a.Judge.May(who, policy.SeeProducts) {
		return policy.Forbidden{Action: policy.SeeProducts}
	}
	lang := a.lang(c)
	p := &views.Knowledge{Query: searched(c)}
	p.Title, p.Here = views.T(lang, "knowledge.title"), "knowledge"
	if p.Query != "" {
		found, err := a.DB.SearchArticles(c.UserContext(), lang, p.Query)
		if err != nil {
			return err
		}
		for _, article := range found {
			p.Found = append(p.Found, articleLine(article, lang))
		}
	} else {
		list, err := a.DB.Articles(c.UserContext())
		if err != nil {
			return err
		}
		for _, article := range list {
			if n := len(p.Categories); n == 0 || p.Categories[n-1].Key != article.Category {
				p.Categories = append(p.Categories, views.ArticleGroup{Key: article.Category, Heading: article.Heading})
			}
			group := &p.Categories[len(p.Categories)-1]
			group.Articles = append(group.Articles, articleLine(article, lang))
		}
	}
	if isPartial(c) {
		return a.partial(c, views.KnowledgeFound{Knowledge: p})
	}
	return a.page(c, who, p)
}

// searched is what the address says is searched for, without what no text can have.
func searched(c *fiber.Ctx) string {
	q := strings.ToValidUTF8(c.Query("q"), "")
	q = strings.TrimSpace(strings.ReplaceAll(q, "\x00", ""))
	for len(q) > longestSearch {
		_, size := utf8.DecodeLastRuneInString(q)
		q = q[:len(q)-size]
	}
	return q
}

func articleLine(article db.Article, lang string) views.ArticleLine {
	return views.ArticleLine{Href: "/knowledge/" + article.Slug, Title: article.Title.In(lang), Words: firstWords(article.Body.In(lang))}
}

// firstWords is the first paragraph of an article, without its marks.
func firstWords(markdown string) string {
	for paragraph := range strings.SplitSeq(markdown, "\n\n") {
		paragraph = strings.TrimSpace(paragraph)
		if paragraph == "" || strings.HasPrefix(paragraph, "#") {
			continue
		}
		return strings.NewReplacer("**", "", "*", "", "`", "", "\n", " ").Replace(paragraph)
	}
	return ""
}

// article shows one article.
func (a *App) article(c *fiber.Ctx, who policy.Actor) error {
	if !a.Judge.May(who, policy.SeeProducts) {
		return policy.Forbidden{Action: policy.SeeProducts}
	}
	article, err := a.DB.Article(c.UserContext(), c.Params("slug"))
	if err != nil {
		return err
	}
	lang := a.lang(c)
	p := &views.Article{Heading: article.Heading.In(lang), Back: "/knowledge#" + article.Category, Name: article.Title.In(lang),
		Body: article.Body.In(lang), Updated: article.UpdatedAt.In(a.zone(who))}
	p.Title, p.Here = p.Name, "knowledge"
	return a.page(c, who, p)
}
