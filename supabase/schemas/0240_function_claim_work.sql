-- Leases what is due to a runner: steps that can be done with what this installation has configured,
-- and deliveries. p_providers names the provider of each kind of step, {"stitch": "fal", ...}, whose calls are
-- announced ("announced"), and whether films that a stitch service has stored already are to be stored here too
-- ("store_films"). A runner that claims deliveries by themselves says so ("deliveries": "apart"), and is told when some
-- are due.

create or replace function public.claim_work(p_limit integer, p_providers jsonb, p_answers_bell boolean)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_work jsonb := '[]';
begin
  if p_answers_bell then
    -- Held by somebody who rings just now: that ring has its own answer coming.
    update private.bell
    set unanswered_since = null
    where bell.only_row = (
      select unanswered.only_row
      from private.bell as unanswered
      where unanswered.unanswered_since is not null
      for no key update skip locked
    );
  end if;

  if p_providers ->> 'deliveries' is distinct from 'apart' then
    v_work := private.lease_deliveries(greatest(p_limit / 2, 1), false);
  end if;
  v_work := v_work || private.claim_steps(greatest(p_limit - jsonb_array_length(v_work), 0), p_providers, v_now);

  return (
    with next as materialized (
      select
        (
          select min(steps.due_at)
          from private.steps
          where steps.status in ('queued', 'running', 'waiting')
            and steps.due_at < 'infinity'
        ) as step_at,
        (
          select min(webhook_deliveries.due_at)
          from public.webhook_deliveries
          where webhook_deliveries.status in ('pending', 'delivering')
        ) as delivery_at
    )
    select jsonb_build_object(
      'work', v_work,
      'deaf', case when bell.unanswered_since is null then false else public.is_bell_deaf() end,
      'deliveries_due', coalesce(next.delivery_at <= v_now, false),
      'next_due_at', least(next.step_at, next.delivery_at)
    )
    from next
    left join private.bell on true
  );
end;
$$;

comment on function public.claim_work(integer, jsonb, boolean) is
'Leases up to p_limit due steps and deliveries, each with a claim token. Called by pipeline-step.';

revoke execute on function public.claim_work(integer, jsonb, boolean) from public, anon, authenticated;
grant execute on function public.claim_work(integer, jsonb, boolean) to service_role;
