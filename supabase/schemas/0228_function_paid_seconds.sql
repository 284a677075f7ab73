create or replace function private.paid_seconds(p_kind text, p_input jsonb)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_seconds numeric;
begin
  -- Statement by statement: as one expression it is planned anew each time.
  if p_kind = 'generate_clip' then
    return (p_input ->> 'duration')::numeric;
  elsif p_kind in ('generate_music', 'mux_audio', 'mix_music') then
    return (p_input ->> 'seconds')::numeric;
  elsif p_kind in ('extract_last_frame', 'extract_thumbnail') then
    select video_chunks.duration
    into v_seconds
    from public.video_chunks
    where video_chunks.chunk_id = p_input ->> 'chunk_id';
  elsif p_kind in ('stitch', 'burn_captions') then
    return coalesce((p_input ->> 'seconds')::numeric, private.film_seconds(p_input ->> 'project_id'));
  end if;

  return v_seconds;
end;
$$;

comment on function private.paid_seconds(text, jsonb) is
'Seconds of video that a step works on, as they were ordered; null where nobody can tell beforehand.';

revoke execute on function private.paid_seconds(text, jsonb) from public, anon, authenticated, service_role;
