create or replace function private.is_ringing(p_bell private.bell, p_repeat_seconds double precision, p_now timestamptz)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return p_bell.unanswered_since is not null
    and p_bell.last_rung_at > p_now - make_interval(secs => p_repeat_seconds);
end;
$$;

comment on function private.is_ringing(private.bell, double precision, timestamptz) is
'True while a ring is on its way that no runner has answered, and that is not to be repeated yet.';

revoke execute on function private.is_ringing(private.bell, double precision, timestamptz) from public, anon, authenticated, service_role;
