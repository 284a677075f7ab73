create or replace function private.without_kept_clips(p_step_ids text[])
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_step private.steps;
  v_ids text[] := p_step_ids;
begin
  for v_step in
    select steps.*
    from private.steps
    where steps.step_id = any (p_step_ids)
      and private.has_kept_clip(steps)
  loop
    -- Postponed where its film is busy, made by nobody where the clip is used; where another version took it, it is made.
    if not private.lock_film_or_postpone(v_step) or private.use_kept_clip(v_step.chunk_id) then
      v_ids := array_remove(v_ids, v_step.step_id);
    end if;
  end loop;
  return v_ids;
end;
$$;

comment on function private.without_kept_clips(text[]) is
'These steps, which the caller has locked, but for clips that came too late and are used now (use_kept_clip): nobody is asked for those.';

revoke execute on function private.without_kept_clips(text[]) from public, anon, authenticated, service_role;
