create or replace function private.callbacks_about(p_project_ids text[])
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
  -- By project where the callback was matched, by request where it was not.
  select coalesce(array_agg(webhook_logs.webhook_log_id), '{}')
  from public.webhook_logs
  where webhook_logs.project_id = any (p_project_ids)
    or (webhook_logs.source, webhook_logs.request_id) in (
      select attempts.provider, attempts.request_id
      from private.attempts
      join private.steps using (step_id)
      where steps.project_id = any (p_project_ids)
        and attempts.request_id is not null
    );
$$;

comment on function private.callbacks_about(text[]) is 'Ids of the recorded callbacks that concern these projects.';

revoke execute on function private.callbacks_about(text[]) from public, anon, authenticated, service_role;
