create domain private.stop as text
constraint stop_is_known check (value in ('storyboard', 'stills'));

comment on domain private.stop is 'Where a job wants to be asked before it goes on.';
