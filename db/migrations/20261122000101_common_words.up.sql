-- Whether words stand in more than so many cases, planned for the words at hand each time. Of common words the first cases
-- that come are soon enough, where their index would have to be read to its end first; of rare ones only the index is quick.
-- Nobody's search path leads it elsewhere.
create or replace function wall_common(words tsquery, than int) returns boolean language plpgsql stable security definer
  set search_path = pg_catalog, public, pg_temp as $$
declare
  more boolean;
begin
  execute format('select count(*) > %s from (select from cases c where c.words @@ %L::tsquery limit %s + 1) found', than, words, than) into more;
  return more;
end $$;
