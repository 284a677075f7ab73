-- Asked of each clip that begins, and there is none but where a call was misjudged: by the key, before all else.

create or replace function private.kept_clip(p_chunk_id text)
returns table (project_id text, input_hash text, input jsonb)
language plpgsql
stable
security invoker
rows 1
set search_path = ''
as $$
begin
  return query
  select film_parts.project_id, film_parts.input_hash, wanted.input
  from public.video_chunks as chunk
  join public.projects using (project_id)
  join private.film_parts
    on film_parts.project_id in (
      projects.project_id,
      -- It is used once: a test would leave nothing to the film itself.
      case when projects.execution_mode is distinct from 'test' then projects.revision_of end
    )
    and film_parts.kind = 'generate_clip'
  cross join lateral (
    select private.input_of(
      jsonb_populate_record(null::private.steps, '{"kind": "generate_clip"}'), projects.aspect_ratio, chunk
    ) || models.made_by as input
    -- The model that its fallback stands in for may have made it all the same.
    from (
      values ('{}'::jsonb), (jsonb_strip_nulls(jsonb_build_object('model', chunk.metadata ->> 'fell_back_from')))
    ) as models (made_by)
  ) as wanted
  where chunk.chunk_id = p_chunk_id
    and film_parts.input_hash = private.clip_hash(wanted.input)
  limit 1;
end;
$$;

comment on function private.kept_clip(text) is
'The clip that was made from what this one is to be made from, and came too late (keep_late_result): of its film, or of the one that it revises.';

revoke execute on function private.kept_clip(text) from public, anon, authenticated, service_role;
