-- What somebody said in cases, newest first. It takes a second or two for the events of a million cases, and 60 MB.
create index events_said on events (person_id, id desc) where kind = 'comment';
