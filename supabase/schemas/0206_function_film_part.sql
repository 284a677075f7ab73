create or replace function private.film_part(p_project_id text, p_kind text, p_input jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select film_parts.output
    from public.projects
    join public.projects as made_for on made_for.user_id = projects.user_id and made_for.video_id = projects.video_id
    join private.film_parts on film_parts.project_id = made_for.project_id
    where projects.project_id = p_project_id
      and film_parts.kind = p_kind
      -- The silence of a test is nobody's voice.
      and (projects.execution_mode = 'test' or made_for.execution_mode is distinct from 'test')
      and film_parts.input_hash = private.part_hash(p_input)
    -- The first one stays the one: a second of the same, made for a version that was under way too, would change what all
    -- that is made from it is known by.
    order by film_parts.made_at, film_parts.project_id
    limit 1
  );
end;
$$;

comment on function private.film_part(text, text, jsonb) is
'What was made from this input for any version of the project''s video; null when nothing was yet.';

revoke execute on function private.film_part(text, text, jsonb) from public, anon, authenticated, service_role;
