-- Every old row may go, so the oldest are taken and no page is kept.

create or replace function private.prune_seen_deliveries(
  p_before timestamptz,
  p_limit integer,
  out next_after text,
  out deleted integer
)
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  delete from private.seen_deliveries
  where (seen_deliveries.source, seen_deliveries.webhook_id) in (
    select seen_deliveries.source, seen_deliveries.webhook_id
    from private.seen_deliveries
    where seen_deliveries.seen_at < p_before
    order by seen_deliveries.seen_at
    limit p_limit
    for update skip locked
  );

  get diagnostics deleted = row_count;
  next_after := case when deleted = p_limit then 'more' else '' end;
end;
$$;

comment on function private.prune_seen_deliveries(timestamptz, integer) is
'Forgets up to p_limit delivery ids that were seen before p_before; next_after is empty when none is left.';

revoke execute on function private.prune_seen_deliveries(timestamptz, integer)
from public, anon, authenticated, service_role;
