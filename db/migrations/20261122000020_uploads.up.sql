-- A person's own uploads that wait for a submit, to count them.
create index files_uploads on files (person_id) where case_id is null;
