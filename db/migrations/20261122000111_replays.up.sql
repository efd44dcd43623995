-- Each night the cases of the day before are decided again by what decided them. A run keeps how far it is with what it has
-- found, so that it goes on where it was and asks no case twice.
create table replays (
  day        date primary key,                        -- whose cases are decided again, in UTC
  reached_at timestamptz not null,                    -- all cases opened before that …
  reached    bigint not null default 0,               -- … and then, up to this one, have been
  cases      int not null default 0,
  differing  int not null default 0,
  began_at   timestamptz not null,
  ended_at   timestamptz
);
create index replays_left on replays (day) where ended_at is null;

-- The cases that would be decided otherwise: of each day the first.
create table replay_cases (
  day     date not null references replays on delete cascade,
  case_id bigint not null,
  version int not null,
  differs text[] not null,
  kept    json not null,
  again   json,                -- null: it could not be decided again
  primary key (day, case_id)
);
