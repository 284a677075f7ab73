-- deliveries dead | filtered | skipped | delivered → pending, so many a second, the oldest first
--
-- Doing it twice sends nothing twice: what is pending does not fit any more.

create or replace function public.replay_deliveries(
  p_filter jsonb,
  p_limit integer default 100,
  p_per_second numeric default 10,
  p_is_dry boolean default false
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_matched bigint;
  v_ids text[];
  v_count integer := 0;
begin
  with
  ended as materialized (
    select replayable.delivery_id, replayable.created_at, replayable.position
    from private.replayable_deliveries(p_filter) as replayable
  )
  select
    (select count(*) from ended),
    array(
      select ended.delivery_id
      from ended
      order by ended.created_at, ended.position
      limit p_limit
    )
  into v_matched, v_ids;

  if not p_is_dry then
    perform private.lock_receivers(v_ids);
    v_count := private.requeue_deliveries(v_ids, v_now, p_per_second);
    perform private.record_event(null, 'deliveries.replayed', null, null, jsonb_build_object(
      'filter', p_filter, 'replayed', v_count
    ));
  end if;

  return jsonb_build_object(
    'dry_run', p_is_dry,
    'matched', v_matched,
    'replayed', v_count,
    'remaining', v_matched - v_count,
    'delivery_ids', to_jsonb(v_ids[1:100]),
    'last_due_at', case when v_count > 0 then v_now + make_interval(secs => ((v_count - 1) / p_per_second)::double precision) end
  );
end;
$$;

comment on function public.replay_deliveries(jsonb, integer, numeric, boolean) is
'Sends again what fits, under the same webhook-ids, p_per_second; p_is_dry only counts. {dry_run, matched, replayed, remaining, delivery_ids, last_due_at}. Called by webhook-manage.';

revoke execute on function public.replay_deliveries(jsonb, integer, numeric, boolean) from public, anon, authenticated;
grant execute on function public.replay_deliveries(jsonb, integer, numeric, boolean) to service_role;
