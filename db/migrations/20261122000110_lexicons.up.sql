-- What a rule set was compiled against, as far as decisions depend on it: the facts with their types and choices, and the
-- queues. Each is kept once, under a number made of its content, so that a case can name what decided it
-- before anything is looked up; cases therefore don't refer to it.
create table rule_lexicons (
  id      bigint primary key,
  content json not null
);
alter table cases add column lexicon bigint;

-- What a version was published against: what its rules speak of is known by it when no form asks it any more.
create table rule_version_lexicons (
  version int primary key references rule_versions,
  lexicon bigint not null references rule_lexicons
);
