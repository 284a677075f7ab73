create domain private.budget as numeric
constraint budget_is_not_negative check (value >= 0);

comment on domain private.budget is 'US dollars that may be spent.';
