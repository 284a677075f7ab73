create domain private.attempt_status as text
constraint attempt_status_is_known check (
  value in ('created', 'submitted', 'in_progress', 'lost', 'completed', 'failed', 'cancelled', 'outcome_unknown')
);

comment on domain private.attempt_status is 'How far an attempt is.';
