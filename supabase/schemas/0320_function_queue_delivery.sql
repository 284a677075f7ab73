-- → pending
--
-- What the client is told when a film ends. The body is fixed here, to the byte: it is what is signed
-- in every try. The event's own time is the timestamp; that of a try travels in its headers.

create or replace function private.queue_delivery(p_project public.projects)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_type text := 'video.generation.' || p_project.status;
  v_events text[];
begin
  select job_requests.events
  into v_events
  from private.job_requests
  where job_requests.project_id = p_project.project_id;

  if p_project.callback_url is null or not v_type = any (coalesce(v_events, array[v_type])) then
    return;
  end if;

  insert into public.webhook_deliveries (project_id, type, url, body)
  values (
    p_project.project_id,
    v_type,
    p_project.callback_url,
    json_build_object(
      'type', v_type,
      'timestamp', to_char(private.clock() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'data', json_build_object(
        'task_id', p_project.project_id,
        'project_id', p_project.project_id,
        'video_id', p_project.video_id,
        'chat_id', p_project.chat_id,
        'user_id', p_project.user_id,
        'status', p_project.status,
        'version', p_project.version,
        'progress', p_project.progress,
        'final_video_url', p_project.final_video_url,
        'thumbnail_url', p_project.thumbnail_url,
        'duration', p_project.duration,
        'total_scenes', p_project.total_scenes,
        'error', p_project.error_message
      )
    )::text
  );

  perform private.record_event(
    p_project.project_id, 'delivery.queued', null, null, jsonb_build_object('type', v_type)
  );
end;
$$;

comment on function private.queue_delivery(public.projects) is
'→ pending: one delivery to the job''s callback_url, unless the job filtered the event out.';

revoke execute on function private.queue_delivery(public.projects) from public, anon, authenticated, service_role;
