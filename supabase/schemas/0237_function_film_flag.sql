-- A stitch service stores what it makes: its film is the film, unless it is to be copied first.

create or replace function private.film_flag(p_step private.steps, p_providers jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if p_step.kind not in ('stitch', 'mix_music', 'burn_captions') then
    return '{}';
  end if;

  return jsonb_build_object(
    'is_film',
    p_step.provider = 'stitch'
      and p_providers ->> 'store_films' is distinct from 'always'
      and private.is_last_cut(p_step)
  );
end;
$$;

comment on function private.film_flag(private.steps, jsonb) is
'{is_film} for what joins or finishes a film: whether the step''s provider makes the very file that is the film. Else {}.';

revoke execute on function private.film_flag(private.steps, jsonb) from public, anon, authenticated, service_role;
