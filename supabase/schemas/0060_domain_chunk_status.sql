create domain private.chunk_status as text
constraint chunk_status_is_known check (
  value in ('PENDING', 'SUBMITTED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')
);

comment on domain private.chunk_status is 'How far a clip is, in capitals, as workers outside know it.';
