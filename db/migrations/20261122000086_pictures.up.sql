-- Pictures of people, where their bytes are or may be: each is noted before they are stored, and until they are deleted.
-- So it outlives a person who is erased, until it is swept.
create table pictures (
  key        text primary key,
  person_id  bigint not null,
  created_at timestamptz not null
);
