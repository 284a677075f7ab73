create or replace function private.tg_steps__ring()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if new.status in ('queued', 'waiting') and new.due_at <= private.clock() then
    perform public.ring_bell();
  elsif new.status in ('completed', 'failed', 'cancelled') and private.is_limited(new.provider) then
    perform public.ring_bell();
  end if;
  return null;
end;
$$;

comment on function private.tg_steps__ring() is 'A step has become due, or its end has made room at a provider with a limit → the bell.';

revoke execute on function private.tg_steps__ring() from public, anon, authenticated, service_role;

create or replace trigger _900_ring after update of status, due_at on private.steps
for each row when (new.status <> 'running') execute function private.tg_steps__ring();
