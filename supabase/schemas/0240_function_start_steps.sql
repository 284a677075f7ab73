-- Locked by a statement of its own: what is read of their films and chunks afterwards is no older than the
-- lock. Found by their keys: the index of all that is queued would be read as a whole.

create or replace function private.start_steps(p_step_ids text[], p_providers jsonb, p_now timestamptz)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_step_ids text[] := array(
    select steps.step_id
    from private.steps
    where steps.step_id = any (p_step_ids)
      and steps.status not in ('running', 'waiting', 'completed', 'failed', 'cancelled')
      and steps.due_at <= p_now
    order by array_position(p_step_ids, steps.step_id)
    for no key update skip locked
  );
begin
  if cardinality(v_step_ids) = 0 then
    return '[]';
  end if;

  -- Few films have a sound of their own.
  if exists (
    select 1
    from private.steps
    where steps.step_id = any (v_step_ids)
      and steps.kind in ('generate_voice', 'generate_music', 'level_music')
  ) then
    v_step_ids := private.without_twins(v_step_ids);
  end if;
  -- A clip that came too late, while its step waited for another try or to be claimed
  if exists (
    select 1
    from private.steps
    join private.film_parts using (project_id)
    where steps.step_id = any (v_step_ids)
      and steps.kind = 'generate_clip'
      and film_parts.kind = 'generate_clip'
  ) then
    v_step_ids := private.without_kept_clips(v_step_ids);
  end if;
  return private.begin_attempts(v_step_ids, p_providers);
end;
$$;

comment on function private.start_steps(text[], jsonb, timestamptz) is
'Leases those of these steps that are queued still and that nobody else is leasing; the work for the runner, in their order.';

revoke execute on function private.start_steps(text[], jsonb, timestamptz) from public, anon, authenticated, service_role;
