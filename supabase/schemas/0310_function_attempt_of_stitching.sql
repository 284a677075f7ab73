-- A stitcher that tells of jobs by ids of its own names the project instead. What waits there at a
-- provider is meant; after its end, the attempt that ended it says what the callback repeats.

create or replace function private.attempt_of_stitching(p_log public.webhook_logs)
returns private.attempts
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_attempt private.attempts;
begin
  select attempts.*
  into v_attempt
  from private.attempts
  join private.steps using (step_id)
  where p_log.source = 'stitch'
    and p_log.attempt_id is null
    and (p_log.result ->> 'by_project')::boolean
    and steps.project_id = p_log.result ->> 'project_id'
    and steps.kind = 'stitch'
    -- One that is just being submitted is not touched: its request id would be taken for another's.
    and attempts.request_id is not null
  order by attempts.created_at desc, attempts.attempt_id desc
  limit 1;

  return v_attempt;
end;
$$;

comment on function private.attempt_of_stitching(public.webhook_logs) is
'The stitch attempt of the project that a callback names, where its sender''s job ids are not ours; null when there is none.';

revoke execute on function private.attempt_of_stitching(public.webhook_logs)
from public, anon, authenticated, service_role;
