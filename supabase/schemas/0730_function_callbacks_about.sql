create or replace function private.callbacks_about(p_project_ids text[])
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
  -- By project where the callback was matched, by request where it was not: two looks into an index.
  select coalesce(array_agg(about.webhook_log_id), '{}')
  from (
    select webhook_logs.webhook_log_id
    from public.webhook_logs
    where webhook_logs.project_id = any (p_project_ids)
    union
    select webhook_logs.webhook_log_id
    from private.steps
    join private.attempts using (step_id)
    join public.webhook_logs
      on webhook_logs.source = attempts.provider
      and webhook_logs.request_id = attempts.request_id
    where steps.project_id = any (p_project_ids)
  ) as about;
$$;

comment on function private.callbacks_about(text[]) is 'Ids of the recorded callbacks that concern these projects.';

revoke execute on function private.callbacks_about(text[]) from public, anon, authenticated, service_role;
