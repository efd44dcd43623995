-- Whether words stand in more than so many cases. How common one word is, PostgreSQL knows: of a common one the first cases
-- that come are soon enough, where its index would have to be read to its end first; of a rare one only the index is quick.
-- How often several stand together it can only guess, so they are always looked up: else all cases might be read for two
-- common words that never meet. Nobody's search path leads any of it elsewhere.
create or replace function wall_common(words tsquery, than int) returns boolean language plpgsql stable security definer
  set search_path = pg_catalog, public, pg_temp as $$
declare
  more boolean;
begin
  execute format('select count(*) > %s from (select from cases c where c.words @@ %s limit %s + 1) found', than,
                 case when numnode(words) > 1 then format('(select %L::tsquery)', words) else format('%L::tsquery', words) end, than)
     into more;
  return more;
end $$;
