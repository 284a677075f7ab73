create domain private.step_kind as text
constraint step_kind_is_known check (
  value in (
    'storyboard', 'reframe_image', 'generate_clip', 'extract_last_frame', 'extract_thumbnail', 'stitch',
    'store_film', 'cancel_request', 'generate_voice', 'generate_music', 'level_music', 'mux_audio', 'mix_music',
    'store_captions', 'burn_captions', 'check_frame'
  )
);

comment on domain private.step_kind is 'What a step asks for.';
