create or replace function private.queue_delivery(p_project public.projects, p_type text, p_body text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  insert into public.webhook_deliveries (project_id, type, url, body)
  values (p_project.project_id, p_type, p_project.callback_url, p_body);

  perform private.record_event(
    p_project.project_id, 'delivery.queued', null, null, jsonb_build_object('type', p_type)
  );
end;
$$;

comment on function private.queue_delivery(public.projects, text, text) is '→ pending: one delivery to the job''s callback_url.';

revoke execute on function private.queue_delivery(public.projects, text, text)
from public, anon, authenticated, service_role;
