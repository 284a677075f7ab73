create domain private.callback_status as text
constraint webhook_log_status_is_known check (value in ('success', 'pending', 'error'));

comment on domain private.callback_status is 'How far a callback is: success is applied, duplicate or stale; pending is buffered.';
