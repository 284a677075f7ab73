-- A part of the film is there: it is kept under the hash of what it was made from, and the film goes on.

create or replace function private.complete_part(p_step private.steps, p_output jsonb, p_is_film boolean)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into private.film_parts (project_id, kind, input_hash, output)
  values (p_step.project_id, p_step.kind, private.part_hash(p_step.input), p_output)
  on conflict (project_id, kind, input_hash) do update
  set output = excluded.output, made_at = excluded.made_at;

  if p_step.kind = 'mux_audio' then
    update public.video_chunks
    set final_video_url = p_output ->> 'video_url'
    where video_chunks.chunk_id = p_step.chunk_id;
  end if;

  if p_is_film then
    perform private.complete_project(p_step.project_id, private.with_thumbnail(p_step.project_id, p_output));
    return;
  end if;

  -- Captions are all that a version waits for that is the same cut as one before.
  if p_step.kind = 'store_captions' and private.reuse_film(p_step.project_id) then
    return;
  end if;

  perform private.go_on_with_parts(p_step.project_id);
end;
$$;

comment on function private.complete_part(private.steps, jsonb, boolean) is
'Keeps what a step made for a film beside its clips, and asks for what comes next. The caller holds the project''s lock.';

revoke execute on function private.complete_part(private.steps, jsonb, boolean)
from public, anon, authenticated, service_role;
