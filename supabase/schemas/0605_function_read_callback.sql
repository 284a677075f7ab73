create or replace function public.read_callback(p_webhook_log_id text)
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select private.callback_doc(webhook_logs) || jsonb_build_object(
    'data', webhook_logs.data,
    'headers', webhook_logs.headers,
    'result', webhook_logs.result,
    'raw_body', translate(encode(webhook_logs.raw_body, 'base64'), e'\n', ''),
    'timeline', coalesce(
      (
        select jsonb_agg(
          jsonb_build_object(
            'type', nearby.type, 'scene_id', nearby.scene_id, 'chunk_id', nearby.chunk_id, 'data', nearby.data, 'at', nearby.at
          )
          order by nearby.event_id
        )
        from (
          select pipeline_events.*
          from public.pipeline_events
          where pipeline_events.project_id = webhook_logs.project_id
            and pipeline_events.at between webhook_logs.received_at - interval '1 minute'
              and coalesce(webhook_logs.processed_at, webhook_logs.received_at) + interval '1 minute'
          order by pipeline_events.event_id
          limit 100
        ) as nearby
      ),
      '[]'
    )
  )
  from public.webhook_logs
  where webhook_logs.webhook_log_id = p_webhook_log_id;
$$;

comment on function public.read_callback(text) is
'All of one callback, with what happened to its project within a minute of it; null for an unknown id. raw_body is base64. Called by webhook-manage.';

revoke execute on function public.read_callback(text) from public, anon, authenticated;
grant execute on function public.read_callback(text) to service_role;
