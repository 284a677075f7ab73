-- The kinds of step have one list. In a migration of its own: whoever estimates a job reads prices before he locks anything,
-- so that no order of locks would be everybody's where other tables are locked as well.
alter table private.prices drop constraint price_is_of_a_kind_of_step;
alter table private.prices add constraint price_is_of_a_kind_of_step check (kind::private.step_kind is not null);

--! altered supabase/schemas/0197_table_prices.sql sha256:6fd2f378a185f7dfebad0969f67a7c3b943a8f005f5682bd7c1801490d0b03fb
