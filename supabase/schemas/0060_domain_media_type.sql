create domain private.media_type as text
constraint media_type_is_known check (
  value in ('generated-image', 'generated-video', 'frame', 'film', 'thumbnail', 'captions')
);

comment on domain private.media_type is 'What a file is.';
