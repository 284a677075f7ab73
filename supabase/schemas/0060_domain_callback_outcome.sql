create domain private.callback_outcome as text
constraint webhook_log_outcome_is_known check (value in ('applied', 'duplicate', 'stale', 'buffered', 'unknown'));

comment on domain private.callback_outcome is 'What a callback did.';
