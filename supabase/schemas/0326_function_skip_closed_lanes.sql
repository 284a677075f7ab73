-- pending → skipped: it was queued while somebody disabled or deleted its endpoint, or there was too much of it to be skipped
-- at once.
--
-- Each sweep looks at the next page of lanes, and keeps its place in private.housekeeping; where there was more than a page
-- to skip, the next one begins there again.

create or replace function private.skip_closed_lanes()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_lanes constant integer := 1000;
  v_deliveries constant integer := 10000;
  v_after text := coalesce(
    (select housekeeping.next_after from private.housekeeping where housekeeping.what = 'closed_lanes'), ''
  );
  v_page text[] := array(select pending.lane from private.pending_lanes(v_after, v_lanes) as pending);
  v_closed text[] := array(select page.lane from unnest(v_page) as page (lane) where private.open_status(page.lane) = 'skipped');
  v_skipped integer;
  v_next text;
begin
  with
  waiting as (
    select webhook_deliveries.delivery_id
    from public.webhook_deliveries
    where webhook_deliveries.lane = any (v_closed)
      and webhook_deliveries.status = 'pending'
    limit v_deliveries
    -- While the sweep waits for one, it rings for nothing.
    for no key update skip locked
  )
  update public.webhook_deliveries
  set status = 'skipped', error = 'The endpoint was disabled or deleted', updated_at = private.clock()
  from waiting
  where webhook_deliveries.delivery_id = waiting.delivery_id;

  get diagnostics v_skipped = row_count;
  v_next := case
    when v_skipped = v_deliveries then v_after
    when cardinality(v_page) = v_lanes then v_page[v_lanes]
    else ''
  end;
  if v_next <> v_after then
    insert into private.housekeeping (what, next_after)
    values ('closed_lanes', v_next)
    on conflict (what) do update set next_after = excluded.next_after;
  end if;
end;
$$;

comment on function private.skip_closed_lanes() is
'pending → skipped for deliveries to endpoints that are disabled or gone, a page at a time: nobody would ever send them. Called by the sweep.';

revoke execute on function private.skip_closed_lanes() from public, anon, authenticated, service_role;
