create or replace function public.read_project(p_project_id text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select jsonb_build_object(
    'project', to_jsonb(projects) || jsonb_build_object(
      'callback_url', private.without_query(projects.callback_url),
      'webhook_header_names', (
        select coalesce(jsonb_agg(names.name), '[]')
        from private.job_requests
        cross join lateral jsonb_object_keys(job_requests.webhook_headers) as names (name)
        where job_requests.project_id = projects.project_id
      )
    ) || case when projects.metadata ->> 'webhookUrl' is null then '{}' else jsonb_build_object(
      'metadata', projects.metadata || jsonb_build_object('webhookUrl', private.without_query(projects.metadata ->> 'webhookUrl'))
    ) end,
    'scenes', private.scene_story(p_project_id),
    'steps', private.step_story(p_project_id),
    'callbacks', (
      select coalesce(jsonb_agg(private.callback_doc(webhook_logs) - 'data' order by webhook_logs.received_at), '[]')
      from public.webhook_logs
      where webhook_logs.project_id = p_project_id
    ),
    'deliveries', private.delivery_story(p_project_id),
    'timeline', (
      select coalesce(jsonb_agg(to_jsonb(latest) - 'project_id' order by latest.event_id), '[]')
      from (
        select pipeline_events.*
        from public.pipeline_events
        where pipeline_events.project_id = p_project_id
        order by pipeline_events.event_id desc
        limit 1000
      ) as latest
    )
  )
  from public.projects
  where projects.project_id = p_project_id;
$$;

comment on function public.read_project(text) is
'The story of a film: {project, scenes, steps, callbacks, deliveries, timeline}, without secrets; null for an unknown id. Called by webhook-manage.';

revoke execute on function public.read_project(text) from public, anon, authenticated;
grant execute on function public.read_project(text) to service_role;
