create domain private.ordinal as integer
constraint ordinal_counts_from_one check (value >= 1);

comment on domain private.ordinal is 'A place in an order, from 1.';
