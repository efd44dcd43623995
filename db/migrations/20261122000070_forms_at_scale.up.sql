-- What is published has a number that changes with each change of it: a copy that keeps compiled rules, forms and
-- calendars in memory asks but for this. It is drawn from a sequence, as what was rolled back must not come again with
-- something else behind it.
create sequence editions;
create table edition (
  one      boolean primary key default true check (one),
  revision bigint not null default nextval('editions')
);
insert into edition default values;

create function edition_changed() returns trigger language plpgsql as $$
begin
  update edition set revision = nextval('editions');
  return null;
end $$;
do $$
declare published text;
begin
  foreach published in array array['items', 'form_versions', 'services', 'families', 'queues', 'rule_versions',
                                   'business_hours', 'holidays', 'response_targets'] loop
    execute format('create trigger edition_changed after insert or update or delete on %I
                    for each statement execute function edition_changed()', published);
  end loop;
end $$;

-- A branch is one stretch of all accounts in the order of their paths.
create index accounts_order on accounts (path);

-- Words by which accounts and contacts are looked for: without accents, and in pieces where there are other signs than
-- letters and figures.
create function plain_words(said text) returns text language sql immutable strict parallel safe as $$
  select lower(translate(said, 'àâäáãåçèéêëìíîïñòóôöõùúûüýÿÀÂÄÁÃÅÇÈÉÊËÌÍÎÏÑÒÓÔÖÕÙÚÛÜÝŸ!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~’',
                               'aaaaaaceeeeiiiinooooouuuuyyaaaaaaceeeeiiiinooooouuuuyy                                 '))
$$;
-- What is looked for: each word, or what begins with it.
create function words_query(said text) returns tsquery language sql immutable strict parallel safe as $$
  select coalesce(string_agg(quote_literal(word) || ':*', ' & '), '')::tsquery
    from regexp_split_to_table(plain_words(said), '\s+') word where word <> ''
$$;
alter table accounts add column words tsvector
  generated always as (to_tsvector('simple', plain_words(name || ' ' || client_number))) stored;
create index accounts_words on accounts using gin (words);

-- A contact is found by the words of their account too. Those stand with the contact's own, so that one index finds all.
alter table people add column words tsvector not null default '';
create function person_words() returns trigger language plpgsql as $$
begin
  if new.account_id is not null then
    select to_tsvector('simple', plain_words(concat_ws(' ', new.first_name, new.last_name, new.email, a.name, a.client_number)))
      into strict new.words from accounts a where a.id = new.account_id for share; -- it is not renamed meanwhile
  end if;
  return new;
end $$;
create trigger person_words before insert or update of first_name, last_name, email, account_id on people
  for each row execute function person_words();
create function account_renamed() returns trigger language plpgsql as $$
begin
  update people set account_id = account_id where account_id = new.id;
  return null;
end $$;
create trigger account_renamed after update of name, client_number on accounts
  for each row execute function account_renamed();
update people set account_id = account_id;
create index people_words on people using gin (words);
create index people_order on people (last_name, first_name, id) where not staff and disabled_at is null;
