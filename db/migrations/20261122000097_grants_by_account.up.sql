-- Who has a role at an account: whether a customer has an administrator left is asked before one is taken away.
create index grants_account on grants (account_id, role, person_id) where account_id is not null;
