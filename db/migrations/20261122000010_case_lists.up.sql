-- Lists of cases in other orders than by activity, those that wait for their customer, and mail that is written when it
-- is sent.

-- States in the order in which a case passes through them.
create function state_rank(state text) returns int language sql immutable parallel safe as
$$ select case state when 'new' then 1 when 'open' then 2 when 'awaiting' then 3 when 'solved' then 4 else 5 end $$;

-- Whoever sees everything, and whole customers, may own a great many cases: for them each order is one index scan. Parts
-- of a customer are small enough to be sorted.
create index cases_created  on cases (created_at, id);
create index cases_priority on cases (priority, (-id));
create index cases_state    on cases (state_rank(state), (-id));
create index cases_a1_number   on cases (a1, id);
create index cases_a1_created  on cases (a1, created_at, id);
create index cases_a1_priority on cases (a1, priority, (-id));
create index cases_a1_state    on cases (a1, state_rank(state), (-id));

-- Few cases wait for their customer at any time: these stay small at every level.
create index cases_awaiting on cases (updated_at desc, id desc) where state = 'awaiting';
create index cases_awaiting_queue on cases (queue_id, updated_at desc, id desc) where state = 'awaiting';
do $$ begin
  for level in 1..8 loop
    execute format('create index cases_awaiting_a%s on cases (a%s, updated_at desc, id desc) where state = ''awaiting''', level, level);
  end loop;
end $$;

-- Which event a mail tells of: its words are written when it is sent, in the reader's language.
alter table mails add column kind text not null default '';
alter table mails add column event_id bigint references events on delete cascade;
alter table mails alter column subject set default '', alter column body set default '';
create unique index mails_once on mails (event_id, person_id) where event_id is not null;
