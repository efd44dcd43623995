-- Words of cases, each once, whoever's: what is typed and found nowhere is compared with them. Only of letters, as nobody
-- can say what a number or a name with figures should have been. A word alone tells nothing of whose it is; that it is told
-- only to who finds a case by it, is for who asks. Nobody but the owner reads the table itself.
--
-- pg_trgm is part of PostgreSQL's own contrib modules, and may be made by whoever owns a database.
create extension if not exists pg_trgm with schema public;
select show_limit(); -- it is loaded with its first use, and its settings are known then

create table search_words (
  word  text primary key, -- as cases have it
  plain text not null,    -- without accents
  cases int not null      -- about how many have it
);
create index search_words_plain on search_words using gin (plain gin_trgm_ops);

-- Up to when cases were read for it, and when all of them were.
create table search_learnt (
  one   boolean primary key default true check (one),
  upto  timestamptz not null default '-infinity',
  whole timestamptz not null default '-infinity'
);
insert into search_learnt default values;

create function is_search_word(word text) returns boolean language sql immutable parallel safe as $$
  select length(word) between 4 and 30 and word !~ '[[:digit:][:punct:][:space:]]'
$$;

-- Learns the words of cases that were changed since the last time; once a day those of all cases, and forgets what stands in
-- none any more. A million cases take about half a minute then. Gives how many words are known for the first time.
create function learn_words(at timestamptz) returns bigint language plpgsql security definer
  set search_path = pg_catalog, public, pg_temp as $$
declare
  last search_learnt;
  new  bigint;
begin
  if wall_system() is not true or not pg_try_advisory_xact_lock(hashtext('portico.words')) then
    return 0;
  end if;
  select * into strict last from search_learnt;
  if last.whole > at - interval '1 day' and last.whole <= at then
    -- What was committed late, or by a clock that is slow, is read again.
    insert into search_words (word, plain, cases)
    select w.word, plain_words(w.word), count(*)
      from cases c, unnest(tsvector_to_array(c.words)) as w (word)
     where c.updated_at >= last.upto - interval '5 minutes' and is_search_word(w.word)
     group by w.word order by w.word
    on conflict (word) do nothing;
    get diagnostics new = row_count;
    update search_learnt set upto = greatest(upto, at);
    return new;
  end if;
  create temporary table words_now as
    select word, ndoc from ts_stat('select words from public.cases') where is_search_word(word);
  delete from search_words s where not exists (select from words_now n where n.word = s.word);
  insert into search_words (word, plain, cases) select word, plain_words(word), ndoc from words_now
  on conflict (word) do update set cases = excluded.cases where search_words.cases <> excluded.cases;
  get diagnostics new = row_count;
  drop table words_now;
  update search_learnt set upto = at, whole = at;
  return new;
end $$;
revoke execute on function learn_words(timestamptz) from public;

-- The words that are most like each of those that were typed: by the groups of three letters that they share. Of the last one
-- that was typed, which may not have been typed to its end, also words that begin or go on like it.
create function near_words(typed text[], most int) returns table (place int, word text, plain text, cases int)
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
  set pg_trgm.similarity_threshold = 0.2 set pg_trgm.word_similarity_threshold = 0.45 as $$
  select t.place::int, n.word, n.plain, n.cases
    from (select place, plain_words(said) as said from unnest(typed) with ordinality as t (said, place)) t
   cross join lateral (
      select * from (select s.* from search_words s where s.plain % t.said order by similarity(s.plain, t.said) desc, s.cases desc limit most) whole
      union
      select * from (select s.* from search_words s where t.place = cardinality(typed) and t.said <% s.plain
                      order by word_similarity(t.said, s.plain) desc, s.cases desc limit most) begun) n
   where wall_word(1) is not null
$$;
revoke execute on function near_words(text[], int) from public;
