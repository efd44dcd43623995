-- The cases that a version of the rules decided: a list like all others, and counted.
create index cases_of_version on cases (rule_version, updated_at desc, id desc);
do $$ declare door text; begin
  foreach door in array array['door_all', 'door_a1', 'door_a2', 'door_a3', 'door_a4', 'door_a5', 'door_a6', 'door_a7', 'door_a8',
                              'door_account', 'door_queue', 'door_words'] loop
    execute (select format('create or replace view %s as %s', door, replace(rtrim(pg_get_viewdef(door::regclass), ';'),
                           ' FROM cases', ', rule_version FROM cases')));
  end loop;
end $$;
