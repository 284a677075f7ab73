create domain private.percentage as integer
constraint percentage_is_between_0_and_100 check (value between 0 and 100);

comment on domain private.percentage is '0 to 100.';
