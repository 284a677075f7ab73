create domain private.scene_transition as text
constraint scene_transition_is_known check (value in ('cut', 'fade'));

comment on domain private.scene_transition is 'How the film comes to a scene.';
