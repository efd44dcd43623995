-- Contacts in the orders in which they are listed, and those few first that are looked for by how their logins stand.
create index people_names on people (last_name, first_name, id) where not staff;
create index people_updated on people (updated_at, id) where not staff;
create index people_emails on people (lower(email), id) where not staff;
create index accounts_names on accounts (name, id);
create index people_disabled on people (last_name, first_name, id) where not staff and disabled_at is not null;
create index people_locked on people (last_name, first_name, id) where not staff and locked_until is not null;
create index people_invited on people (last_name, first_name, id) where not staff and password_hash is null and disabled_at is null;
-- Who holds a role that few do.
create index grants_role on grants (role, person_id);
-- Sent twice, a form makes one contact.
alter table people add column submission uuid unique;
