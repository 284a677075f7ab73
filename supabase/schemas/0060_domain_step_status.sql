create domain private.step_status as text
constraint step_status_is_known check (value in ('queued', 'running', 'waiting', 'completed', 'failed', 'cancelled'));

comment on domain private.step_status is 'How far a step is.';
