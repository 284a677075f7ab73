-- Behind the last lane that got something: there was no place left for those after it. What somebody else keeps just now is
-- left to him, lest two claims should wait for each other.

create or replace function private.keep_turn(p_walked text[], p_behind text, p_claimed public.webhook_deliveries[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_served text := (
    select max(claimed.lane)
    from unnest(p_claimed) as claimed
    where claimed.lane = any (p_walked)
  );
begin
  if p_walked is null or not pg_try_advisory_xact_lock(hashtextextended('delivery_lanes', 0)) then
    return;
  end if;

  insert into private.housekeeping (what, next_after)
  values (
    'due_lanes',
    case when v_served < p_walked[cardinality(p_walked)] then v_served else coalesce(p_behind, '') end
  )
  on conflict (what) do update set next_after = excluded.next_after;
end;
$$;

comment on function private.keep_turn(text[], text, public.webhook_deliveries[]) is
'Notes where the next claim goes on in its round of the lanes; empty: the round is over.';

revoke execute on function private.keep_turn(text[], text, public.webhook_deliveries[]) from public, anon, authenticated, service_role;
