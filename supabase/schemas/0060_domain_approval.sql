create domain private.approval as text
constraint approval_is_known check (value in ('storyboard', 'stills', 'budget'));

comment on domain private.approval is 'What a paused project waits for.';
