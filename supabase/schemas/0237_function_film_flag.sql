-- A stitch service stores what it makes: its film is the film, unless it is to be copied first.

create or replace function private.film_flag(p_step private.steps, p_providers jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return jsonb_build_object(
    'is_film',
    p_step.provider = 'stitch'
      and p_providers ->> 'store_films' is distinct from 'always'
      and private.is_last_cut(p_step)
  );
end;
$$;

comment on function private.film_flag(private.steps, jsonb) is
'{is_film} of a step that joins or finishes a film (stitch, mix_music, burn_captions): whether its provider makes the very file that is the film.';

revoke execute on function private.film_flag(private.steps, jsonb) from public, anon, authenticated, service_role;
