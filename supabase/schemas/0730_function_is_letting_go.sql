-- A request that is being given up at its provider needs its row for that; and so does a call that was
-- under way when its project was cancelled, because the request that it began has to be given up too.

create or replace function private.is_letting_go(p_project_id text)
returns boolean
language sql
volatile
security invoker
set search_path = ''
as $$
  select exists (
    select 1
    from private.steps
    where steps.project_id = p_project_id
      and steps.status in ('queued', 'running', 'waiting')
  ) or exists (
    select 1
    from private.steps
    join private.attempts using (step_id)
    where steps.project_id = p_project_id
      and attempts.status = 'cancelled'
      and attempts.request_id is null
      and attempts.sent_at is distinct from 'infinity'
      and attempts.ended_at > private.clock()
        - make_interval(secs => private.setting('lease_seconds.' || steps.kind)::double precision)
  );
$$;

comment on function private.is_letting_go(text) is
'True while an ended project still has a request to give up, or a call under way that may begin one.';

revoke execute on function private.is_letting_go(text) from public, anon, authenticated, service_role;
