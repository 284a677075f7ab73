-- What is due is mostly little, and names its lanes by itself. Where it is much (a receiver that was away for days, or
-- thousands that are), one lane may have all that was due first: then each claim also goes on from lane to lane where the one
-- before it stopped (keep_turn), so that each has its turn, and none is looked at by every claim.

create or replace function private.due_lanes(
  p_now timestamptz,
  out lanes text[],
  out walked text[],
  out behind text
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_first record;
begin
  select found.lanes, found.are_all into v_first from private.first_due_lanes(p_now) as found;
  lanes := v_first.lanes;

  if not v_first.are_all then
    select walk.lanes, walk.behind
    into walked, behind
    from private.walk_lanes(
      coalesce((select housekeeping.next_after from private.housekeeping where housekeeping.what = 'due_lanes'), ''),
      p_now
    ) as walk;
    lanes := walked || array(
      select oldest.lane
      from unnest(v_first.lanes) with ordinality as oldest (lane, place)
      where oldest.lane <> all (walked)
      order by oldest.place
    );
  end if;
end;
$$;

comment on function private.due_lanes(timestamptz) is
'Lanes that something is due in, those in front whose turn it is: all of them, or a page (walked), behind which there may be more.';

revoke execute on function private.due_lanes(timestamptz) from public, anon, authenticated, service_role;
