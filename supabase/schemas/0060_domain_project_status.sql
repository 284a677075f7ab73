create domain private.project_status as text
constraint project_status_is_known check (
  value in ('queued', 'storyboarding', 'generating', 'stitching', 'completed', 'failed', 'cancelled', 'paused')
);

comment on domain private.project_status is 'How far a film is: queued → storyboarding → generating → stitching → completed, or failed, cancelled; paused from any of the first four.';
