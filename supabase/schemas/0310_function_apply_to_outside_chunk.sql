-- A chunk that a worker outside inserted with its own request id: it is completed or failed here and
-- triggers nothing. Neither attempt nor chunk: the callback is early, and buffered. A worker looks for clips that
-- are there, or chunks that failed: a result without a clip is a failure.

create or replace function private.apply_to_outside_chunk(p_log public.webhook_logs)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_state text := case
    when p_log.result ->> 'state' = 'completed' and p_log.result -> 'output' ->> 'video_url' is null then 'clipless'
    else p_log.result ->> 'state'
  end;
  v_status text := case when v_state in ('unread', 'clipless') then 'FAILED' else upper(v_state) end;
  v_is_known boolean;
  v_is_same boolean;
begin
  select
    count(*) > 0,
    bool_or(
      video_chunks.status = v_status
      and (v_state <> 'completed' or video_chunks.kling_video_url is not distinct from p_log.result -> 'output' ->> 'video_url')
    )
  into v_is_known, v_is_same
  from public.video_chunks
  where video_chunks.request_id = p_log.request_id
    and video_chunks.project_id is null
    and p_log.source = 'fal';

  if not v_is_known then
    return '{"outcome": "buffered"}';
  end if;

  update public.video_chunks
  set
    status = v_status,
    kling_video_url = coalesce(p_log.result -> 'output' ->> 'video_url', video_chunks.kling_video_url),
    kling_completed_at = case when v_state = 'in_progress' then video_chunks.kling_completed_at else private.clock() end,
    progress = case when v_state = 'completed' then 100 else video_chunks.progress end,
    error_message = case
      when v_state = 'failed' then coalesce(p_log.result -> 'error' ->> 'message', 'The provider gave no reason')
      when v_state = 'unread' then 'The callback did not hold the result'
      when v_state = 'clipless' then 'The provider reported success without a clip'
    end
  where video_chunks.request_id = p_log.request_id
    and video_chunks.project_id is null
    and video_chunks.status not in ('COMPLETED', 'FAILED', 'CANCELLED')
    and video_chunks.status <> v_status;

  if found then
    return '{"outcome": "applied", "chunk_updated": true}';
  end if;
  return jsonb_build_object('outcome', case when v_is_same then 'duplicate' else 'stale' end);
end;
$$;

comment on function private.apply_to_outside_chunk(public.webhook_logs) is
'Completes, fails or cancels the chunks that a worker outside keeps under this request id; buffered when there is none.';

revoke execute on function private.apply_to_outside_chunk(public.webhook_logs)
from public, anon, authenticated, service_role;
