create domain private.scene_status as text
constraint scene_status_is_known check (
  value in ('pending', 'generating', 'extracting_frame', 'completed', 'failed', 'cancelled')
);

comment on domain private.scene_status is 'How far a scene is.';
