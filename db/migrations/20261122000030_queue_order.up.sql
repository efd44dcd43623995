-- The order of a queue is one that a page can be continued in: a case without a due time stands behind all that have one,
-- and a comparison of rows finds its place only where nothing is null.
drop index cases_queue;
drop index cases_take;
drop index cases_assignee;
create index cases_queue on cases (queue_id, priority, coalesce(due_at, 'infinity'), id)
  where state in ('new', 'open');
create index cases_take on cases (queue_id, priority, coalesce(due_at, 'infinity'), id)
  where state in ('new', 'open') and assignee_id is null;
create index cases_assignee on cases (assignee_id, priority, coalesce(due_at, 'infinity'), id)
  where state in ('new', 'open', 'awaiting');
