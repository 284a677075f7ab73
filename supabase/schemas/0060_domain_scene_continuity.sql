create domain private.scene_continuity as text
constraint scene_continuity_is_known check (value in ('last_frame', 'cut', 'shared_keyframe'));

comment on domain private.scene_continuity is 'How a scene begins.';
