-- The caller holds the lock of claims, so that two cannot both find that it is not there yet.

create or replace function private.note_spending_cap()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_cap numeric := private.setting('max_usd_per_day');
begin
  if (
    select error_logs.created_at
    from public.error_logs
    where error_logs.type = 'spending'
    order by error_logs.error_log_id desc
    limit 1
  ) >= private.day_began() then
    return;
  end if;

  perform private.record_error(
    'spending',
    format('Cannot begin queued steps: today''s spending has reached max_usd_per_day (%s)', v_cap),
    jsonb_build_object('max_usd_per_day', v_cap, 'spent_usd', private.spent_today()),
    'warning'
  );
end;
$$;

comment on function private.note_spending_cap() is
'Writes one row into error_logs, of type spending, on the day (UTC) on which the cap holds steps back.';

revoke execute on function private.note_spending_cap() from public, anon, authenticated, service_role;
