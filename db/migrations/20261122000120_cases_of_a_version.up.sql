-- The cases that a version of the rules decided: a list like all others, and counted.
create index cases_of_version on cases (rule_version, updated_at desc, id desc);
