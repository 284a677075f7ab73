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
    or p_step.kind = 'storyboard' and not private.setting_says('on_storyboard_failure', 'fail') then
    return false;
  end if;

  -- Of the last row of refusals alone: what lies hours apart (a pause, the day's cap, a call that was taken) are two outages.
  return (
    select max(refused.at) filter (where refused.is_first)
    from (
      select
        attempts.created_at as at,
        (attempts.created_at - lag(attempts.created_at) over (order by attempts.number) > interval '2 hours')
          is not false as is_first
      from private.attempts
      where attempts.step_id = p_step.step_id
        and attempts.status = 'failed'
        and attempts.request_id is null
    ) as refused
  ) > private.clock() - make_interval(secs => private.setting('outage_seconds')::double precision);
end;
$$;

comment on function private.waits_out_refusals(private.steps) is
'True for outage_seconds from the first of this step''s calls that are being refused, unless its film does without it.';

revoke execute on function private.waits_out_refusals(private.steps)
from public, anon, authenticated, service_role;
