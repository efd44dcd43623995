-- What rules promise and ask for beyond priority and queue: when a case is to be solved, and what its customer is asked for
-- from the start, in each language, until they say something.
alter table cases add column solve_by timestamptz, add column asked jsonb;

-- Work is in the order of what is due first, be it an answer or the solution. The door shows what the order asks for.
do $$
begin
  execute (select format('create or replace view door_queue as %s', replace(rtrim(pg_get_viewdef('door_queue'::regclass), ';'),
                         ' FROM cases', ', solve_by FROM cases')));
end $$;
create index cases_queue_due on cases (queue_id, priority, least(due_at, solve_by, 'infinity'), id)
  where state in ('new', 'open');
create index cases_take_due on cases (queue_id, priority, least(due_at, solve_by, 'infinity'), id)
  where state in ('new', 'open') and assignee_id is null;
create index cases_assignee_due on cases (assignee_id, priority, least(due_at, solve_by, 'infinity'), id)
  where state in ('new', 'open', 'awaiting');
-- Copies of the version before sort what is left of a queue, while they are still there.
drop index cases_queue;
drop index cases_take;
drop index cases_assignee;

-- Rules name colleagues by their addresses: who may sign in, and as whom, is part of what is published. Signing in changes
-- neither.
create trigger edition_staff_added after insert on people for each row when (new.staff) execute function edition_changed();
create trigger edition_staff_removed after delete on people for each row when (old.staff) execute function edition_changed();
create trigger edition_staff_changed after update of staff, email, disabled_at on people for each row
  when ((old.staff or new.staff) and (old.staff, old.email, old.disabled_at is null) is distinct from (new.staff, new.email, new.disabled_at is null))
  execute function edition_changed();
