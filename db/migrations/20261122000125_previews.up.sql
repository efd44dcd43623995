-- What a picture's preview measures, so that a page keeps its place free before it is there: 0 until somebody looked, and -1
-- where none can be made of it.
alter table files
  add column preview_width  integer not null default 0,
  add column preview_height integer not null default 0;
