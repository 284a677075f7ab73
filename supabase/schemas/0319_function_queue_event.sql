-- → pending | filtered | skipped
--
-- What an endpoint does not want, or cannot get while it is disabled, is kept and can be sent later. Progress alone is
-- not: by then it is past.

create or replace function private.queue_event(p_project public.projects, p_type text, p_body text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
begin
  insert into public.webhook_deliveries (project_id, endpoint_id, type, url, body, status, due_at)
  select
    p_project.project_id, wished.endpoint_id, p_type, wished.url, p_body,
    case when not wished.wants then 'filtered' when not wished.is_enabled then 'skipped' else 'pending' end,
    v_now + case when wished.batch_size > 1 then wished.batch_ms * interval '1 millisecond' else interval '0' end
  from (
    select
      endpoints.*,
      coalesce(p_type = any (endpoints.events), endpoints.events is null and p_type <> 'video.generation.progress') as wants
    from private.endpoints
    where endpoints.user_id = p_project.user_id
  ) as wished
  where wished.wants and wished.is_enabled
    or p_type <> 'video.generation.progress'
  order by wished.endpoint_id;

  if not found then
    return;
  end if;

  -- A batch that is full need not wait. In it are neither batches that wait for a slot nor what is replayed at a pace, later
  -- than a batch waits (batchable).
  update public.webhook_deliveries
  set due_at = v_now
  where webhook_deliveries.delivery_id in (
    select early.delivery_id
    from private.endpoints
    join public.webhook_deliveries as early on early.lane = endpoints.endpoint_id
    where endpoints.user_id = p_project.user_id
      and endpoints.batch_size > 1
      and early.status = 'pending'
      and (early.attempt_count > 0) is false
      and early.due_at > v_now
      and early.due_at <= v_now + endpoints.batch_ms * interval '1 millisecond'
      and endpoints.batch_size <= (
        -- No further than that: days of events may wait for a receiver that is away.
        select count(*)
        from (
          select 1
          from public.webhook_deliveries as waiting
          where waiting.lane = endpoints.endpoint_id
            and waiting.status = 'pending'
            and (waiting.attempt_count > 0) is false
            and waiting.type not in ('batch', 'endpoint.test')
            and waiting.due_at <= v_now + endpoints.batch_ms * interval '1 millisecond'
          limit endpoints.batch_size
        ) as enough
      )
    -- What somebody else holds is being sent or made due.
    for no key update of early skip locked
  );
end;
$$;

comment on function private.queue_event(public.projects, text, text) is
'Tells the standing endpoints of the project''s user: → pending, or kept as filtered or skipped.';

revoke execute on function private.queue_event(public.projects, text, text) from public, anon, authenticated, service_role;
