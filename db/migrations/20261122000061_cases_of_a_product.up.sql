-- All cases of a product, not only those that are open: its list is one of the few that nothing else is near to.
create index cases_of_product on cases (product_id, updated_at desc, id desc) where product_id is not null;
