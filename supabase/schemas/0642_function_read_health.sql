-- What is wrong where a check is not ok. Database: it is read-only, as Supabase makes it when the disk is full. Bell:
-- rings stay unanswered, so pg_net does not deliver. Sweep: none has finished within a minute, though Postgres runs for
-- longer. Overdue: nobody looked at something for five minutes, though not all is paused. Invariants: the last look at
-- them that came to an end (note_invariants; checked_at) found a broken one; one begun since (tried_at) was broken off.

create or replace function public.read_health()
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_sweep_ran_at timestamptz := private.sweep_ran_at();
  v_is_paused boolean := exists (select 1 from private.providers where providers.name = '*' and providers.is_paused);
  v_overdue jsonb := private.overdue_work(private.clock() - interval '5 minutes');
  v_invariants private.invariant_check := (select invariant_check from private.invariant_check);
  v_checks jsonb;
begin
  v_checks := jsonb_build_object(
    'database', jsonb_build_object('ok', current_setting('transaction_read_only') = 'off'),
    'bell', jsonb_build_object('ok', not public.is_bell_deaf()),
    'sweep', jsonb_build_object(
      'ok', coalesce(v_sweep_ran_at, pg_postmaster_start_time()) > clock_timestamp() - interval '1 minute',
      'last_run_at', v_sweep_ran_at
    ),
    'overdue', jsonb_build_object('ok', v_is_paused or (v_overdue ->> 'count')::bigint = 0) || v_overdue,
    'invariants', jsonb_build_object(
      'ok', coalesce(v_invariants.broken, 0) = 0,
      'broken', v_invariants.broken,
      'checked_at', v_invariants.checked_at,
      'tried_at', v_invariants.tried_at
    )
  );

  return jsonb_build_object(
    'is_healthy', not jsonb_path_exists(v_checks, '$.*.ok ? (@ == false)'),
    'is_paused', v_is_paused,
    'checks', v_checks
  );
end;
$$;

comment on function public.read_health() is
'{is_healthy, is_paused, checks {database, bell, sweep, overdue, invariants}}, each with ok. Called by webhook-manage.';

revoke execute on function public.read_health() from public, anon, authenticated;
grant execute on function public.read_health() to service_role;
