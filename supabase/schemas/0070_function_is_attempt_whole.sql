create or replace function private.is_attempt_whole(p_status text, p_ended_at timestamptz, p_deadline_at timestamptz)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_status in ('completed', 'failed', 'cancelled', 'outcome_unknown') then p_ended_at is not null
    when p_status = 'created' then p_ended_at is null
    else p_ended_at is null and p_deadline_at is not null
  end;
end;
$$;

comment on function private.is_attempt_whole(text, timestamptz, timestamptz) is
'True for an attempt that is waited for and has a deadline, a finished one that has its end, and any other.';

revoke execute on function private.is_attempt_whole(text, timestamptz, timestamptz) from public, anon, authenticated, service_role;
