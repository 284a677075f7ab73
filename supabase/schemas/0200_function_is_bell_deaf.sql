create or replace function public.is_bell_deaf()
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  return coalesce(
    (
      select bell.unanswered_since
        < private.clock() - make_interval(secs => private.setting('bell_deaf_seconds')::double precision)
      from private.bell
    ),
    false
  );
end;
$$;

comment on function public.is_bell_deaf() is
'True when rings have gone unanswered for some seconds: pg_net does not deliver. Doors and runners then ring over HTTP themselves. Called by the doors.';

revoke execute on function public.is_bell_deaf() from public, anon, authenticated;
grant execute on function public.is_bell_deaf() to service_role;
