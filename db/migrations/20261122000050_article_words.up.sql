-- Words of articles in each language, for search: found in any of their forms, and titles before bodies.
alter table articles
  add column words_en tsvector generated always as (
    setweight(to_tsvector('english', coalesce(title ->> 'en', '')), 'A') || to_tsvector('english', coalesce(body ->> 'en', ''))) stored,
  add column words_fr tsvector generated always as (
    setweight(to_tsvector('french', coalesce(title ->> 'fr', '')), 'A') || to_tsvector('french', coalesce(body ->> 'fr', ''))) stored;
create index articles_words_en on articles using gin (words_en);
create index articles_words_fr on articles using gin (words_fr);
create index incidents_open on incidents (started_at) where ended_at is null;
create index products_service on products (service_id, account_id);
