create or replace function private.waits_out_refusals(p_step private.steps)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- What a film does without, it does not wait for.
  if p_step.kind = 'extract_thumbnail'
    or p_step.kind = 'storyboard' and not private.is_storyboard_needed() then
    return false;
  end if;

  return exists (
    select 1
    from private.attempts
    where attempts.step_id = p_step.step_id
      and attempts.status = 'failed'
      and attempts.request_id is null
    having min(attempts.created_at) > private.clock()
      - make_interval(secs => private.setting('outage_seconds')::double precision)
  );
end;
$$;

comment on function private.waits_out_refusals(private.steps) is
'True for outage_seconds from the first call of this step that was refused, unless its film does without it.';

revoke execute on function private.waits_out_refusals(private.steps)
from public, anon, authenticated, service_role;
