-- Doors in the second wall, for lists and searches. A policy asks for columns that the indexes of lists don't hold, and has
-- to keep an index from answering whatever might tell of a row that is hidden: a count would read each case, a later page all
-- before it, and a search every case there is. So pages are found, and counted, through a door. Each shows one kind of part
-- that a wall can have, told by the one column that the lists of that part are read by; and no more of a case than is needed to find
-- it, sort it and count it. What a list shows of the cases that it found is read again, through the wall.
--
-- They are the owner's, whom policies don't hold: so their own condition is all that stands there. They are only read from.
do $$
declare
  shown constant text := 'id, a1, a2, a3, a4, a5, a6, a7, a8, account_id, queue_id, assignee_id, requester_id, product_id,
                          type, state, priority, short_description, due_at, created_at, updated_at, words';
  door record;
begin
  for door in
    select 'all' as name, '' as part
    union all
    select 'a' || level, format(' or a%s = any ((select wall_accounts())::bigint[])', level) from generate_series(1, 8) level
    union all values
      ('account', ' or account_id = any ((select array(select abs(unnest(wall_accounts()))))::bigint[])'),
      ('queue', ' or queue_id = any ((select wall_queues())::bigint[])'),
      ('words', ' or array[a1, a2, a3, a4, a5, a6, a7, a8, -account_id] && (select wall_accounts())
                  or queue_id = any ((select wall_queues())::bigint[])
                  or a1 = (select wall_root()) and (requester_id = (select wall_requester()) or id = any ((select wall_copies())::bigint[]))')
  loop
    execute format('create view door_%s as select %s from cases where (select wall_open())%s', door.name, shown, door.part);
  end loop;
end $$;

-- Whether words stand in more than so many cases, whoever asks: it is looked for common words in another way than for rare
-- ones, and how common they are is to be known before that. It tells of other people's cases no more than this.
create function wall_common(words tsquery, than int) returns boolean language sql stable security definer
  return (select count(*) from (select from cases c where c.words @@ wall_common.words limit than + 1) found) > than;
revoke execute on function wall_common(tsquery, int) from public;
