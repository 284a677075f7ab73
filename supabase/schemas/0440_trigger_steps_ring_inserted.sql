-- Steps of new films come many at a time.

create or replace function private.tg_steps__ring_inserted()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  -- Asked first: under load most rings are under way already, and what is due need not be looked for.
  if private.is_bell_ringing() then
    return null;
  end if;

  perform public.ring_bell()
  from inserted
  where inserted.status in ('queued', 'waiting')
    and inserted.due_at <= private.clock()
  limit 1;
  return null;
end;
$$;

comment on function private.tg_steps__ring_inserted() is 'One of the new steps is due → the bell.';

revoke execute on function private.tg_steps__ring_inserted() from public, anon, authenticated, service_role;

create or replace trigger _900_ring_inserted after insert on private.steps
referencing new table as inserted
for each statement execute function private.tg_steps__ring_inserted();
