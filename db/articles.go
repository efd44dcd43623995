package db

import (
	"context"
	"fmt"

	"portico/rules"

	"github.com/jackc/pgx/v5"
)

// Articles lists the knowledge base by category.
func (d *DB) Articles(ctx context.Context) ([]Article, error) {
	var list []Article
	if err := d.bun.NewSelect().Model(&list).Column("id", "slug", "category", "heading", "title", "body", "updated_at").
		Order("category", "id").Limit(500).Scan(ctx); err != nil {
		return nil, fmt.Errorf("list articles: %w", err)
	}
	return list, nil
}

// Article finds an article by its address; ErrNotFound if there is none.
func (d *DB) Article(ctx context.Context, slug string) (Article, error) {
	var a Article
	err := d.bun.NewSelect().Model(&a).Column("id", "slug", "category", "heading", "title", "body", "updated_at").
		Where("slug = ?", slug).Scan(ctx)
	return a, notFound(err)
}

// SearchArticles finds articles by words in any of their forms, the best first; at most 50.
func (d *DB) SearchArticles(ctx context.Context, lang, words string) ([]Article, error) {
	column, config := "words_en", "english"
	if lang == "fr" {
		column, config = "words_fr", "french"
	}
	rows, err := d.fast.Query(ctx, `select id, slug, category, heading, title, body, updated_at
		from articles, websearch_to_tsquery('`+config+`', $1) q where `+column+` @@ q
		order by ts_rank(`+column+`, q) desc, id limit 50`, fixed, words)
	if err != nil {
		return nil, fmt.Errorf("search articles: %w", err)
	}
	var list []Article
	var a Article
	if _, err := pgx.ForEachRow(rows, []any{&a.ID, &a.Slug, &a.Category, &a.Heading, &a.Title, &a.Body, &a.UpdatedAt}, func() error {
		list, a = append(list, a), Article{}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("search articles: %w", err)
	}
	return list, nil
}

// ArticleHit is an article as a search shows it.
type ArticleHit struct {
	Slug    string
	Heading rules.Text // of its category
	Title   rules.Text
}

// FindArticles finds articles while words are still being typed: the last of them may be cut short. The best come first.
func (d *DB) FindArticles(ctx context.Context, lang, typed string, limit int) ([]ArticleHit, error) {
	column, config := "words_en", "english"
	if lang == "fr" {
		column, config = "words_fr", "french"
	}
	rows, err := d.fast.Query(ctx, `select slug, heading, title from articles, to_tsquery('`+config+`', $1) q where `+column+` @@ q
		order by ts_rank(`+column+`, q) desc, id limit $2`, fixed, searchWords(typed), limit)
	if err != nil {
		return nil, fmt.Errorf("search articles: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ArticleHit])
	return list, wrap(err, "search articles")
}
