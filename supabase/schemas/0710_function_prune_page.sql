create or replace function private.prune_page(p_what text, p_limit integer, out deleted integer, out is_last boolean)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_before timestamptz := private.kept_since(p_what);
  v_after text;
  v_done record;
begin
  deleted := 0;
  is_last := true;
  if v_before = '-infinity' then
    return;
  end if;

  insert into private.housekeeping (what) values (p_what) on conflict do nothing;
  select housekeeping.next_after into v_after from private.housekeeping where housekeeping.what = p_what;

  case p_what
    when 'events' then
      select * into v_done from private.prune_events(v_after, v_before, p_limit);
    when 'attempts' then
      -- A page of projects: each has some tens of steps.
      select * into v_done from private.prune_attempts(v_after, v_before, greatest(p_limit / 20, 1));
    when 'callbacks' then
      select * into v_done from private.prune_callbacks(v_after, v_before, p_limit);
    when 'deliveries' then
      select * into v_done from private.prune_deliveries(v_after, v_before, p_limit);
    when 'errors' then
      select * into v_done from private.prune_errors(v_after, v_before, p_limit);
    when 'seen_deliveries' then
      select * into v_done from private.prune_seen_deliveries(v_before, p_limit);
    else
      raise exception 'Cannot prune "%": no such kind of rows', p_what using errcode = 'RL400';
  end case;

  update private.housekeeping set next_after = v_done.next_after where housekeeping.what = p_what;
  deleted := v_done.deleted;
  is_last := v_done.next_after = '';
end;
$$;

comment on function private.prune_page(text, integer) is
'Looks at the next page of these rows and deletes the old ones in it; after the last page it begins anew.';

revoke execute on function private.prune_page(text, integer) from public, anon, authenticated, service_role;
