-- 410 Gone says that nobody wants to hear from us there any more; endpoint_disable_hours of nothing but failures
-- say it too. A failure long after the one before it begins anew: retries come at least once a day.

create or replace function private.note_endpoint(p_endpoint_id text, p_code integer, p_now timestamptz)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_endpoint private.endpoints;
begin
  if coalesce(p_code between 200 and 299, false) then
    update private.endpoints
    set failing_since = null, last_failed_at = null
    where endpoints.endpoint_id = p_endpoint_id
      and endpoints.failing_since is not null;
    return;
  end if;

  update private.endpoints
  set
    failing_since = case
      when endpoints.last_failed_at > p_now - interval '30 hours' then endpoints.failing_since
      else p_now
    end,
    last_failed_at = p_now
  where endpoints.endpoint_id = p_endpoint_id
  returning endpoints.* into v_endpoint;

  if p_code = 410 then
    perform private.disable_endpoint_now(p_endpoint_id, 'It answered 410 Gone');
  elsif v_endpoint.failing_since
    <= p_now - make_interval(hours => private.setting('endpoint_disable_hours')::integer) then
    perform private.disable_endpoint_now(p_endpoint_id, format('Nothing but failures since %s', v_endpoint.failing_since));
  end if;
end;
$$;

comment on function private.note_endpoint(text, integer, timestamptz) is
'How a try went (null: no answer), and what follows from it: 410 disables, and so does failing for days. The caller holds its lock.';

revoke execute on function private.note_endpoint(text, integer, timestamptz) from public, anon, authenticated, service_role;
