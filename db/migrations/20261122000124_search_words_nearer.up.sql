-- Few groups of three letters are left of a short word where letters are swapped: more words are compared with it, of those that are
-- about as long. Of what may not have been typed to its end it is the beginning that counts.
create or replace function near_words(typed text[], most int) returns table (place int, word text, plain text, cases int)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  set pg_trgm.similarity_threshold = 0.1 set pg_trgm.word_similarity_threshold = 0.3 as $$
  select t.place::int, n.word, n.plain, n.cases
    from (select place, plain_words(said) as said from unnest(typed) with ordinality as t (said, place)) t
   cross join lateral (
      select * from (
        select s.* from search_words s where s.plain % t.said and abs(length(s.plain) - length(t.said)) <= 2
         order by similarity(s.plain, t.said) desc, s.cases desc limit most) whole
      union
      select * from (
        select s.* from search_words s where t.place = cardinality(typed) and t.said <% s.plain
         order by similarity(left(s.plain, length(t.said) + 1), t.said) desc, s.cases desc limit most) begun) n
   where wall_word(1) is not null
$$;
