-- Leases what is due to a runner: steps that can be done with what this installation has configured,
-- and deliveries. p_providers names the provider of each kind of step, {"stitch": "fal", ...}, and
-- whether films that a stitch service has stored already are to be stored here too ("store_films"). A runner that
-- claims deliveries by themselves says so ("deliveries": "apart"), and is told when some are due.

create or replace function public.claim_work(p_limit integer, p_providers jsonb, p_answers_bell boolean)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_now timestamptz := private.clock();
  v_step private.steps;
  v_item jsonb;
  v_work jsonb := '[]';
begin
  if p_answers_bell then
    perform private.answer_bell();
  end if;

  if p_providers ->> 'deliveries' is distinct from 'apart' then
    v_work := private.lease_deliveries(greatest(p_limit / 2, 1), false);
  end if;

  for v_step in
    select steps.*
    from private.steps
    join private.due_steps(greatest(p_limit - jsonb_array_length(v_work), 0), p_providers) as due using (step_id)
    where steps.status = due.status
      and steps.due_at <= v_now
    order by due.place
    for no key update of steps skip locked
  loop
    v_item := private.claim_step(v_step, p_providers);
    if v_item is not null then
      v_work := v_work || v_item;
    end if;
  end loop;

  return jsonb_build_object(
    'work', v_work,
    'deaf', public.is_bell_deaf(),
    'deliveries_due', exists (
      select 1
      from public.webhook_deliveries
      where webhook_deliveries.status in ('pending', 'delivering')
        and webhook_deliveries.due_at <= v_now
    ),
    'next_due_at', (
      select least(
        (
          select min(steps.due_at)
          from private.steps
          where steps.status in ('queued', 'running', 'waiting')
            and steps.due_at < 'infinity'
        ),
        (
          select min(webhook_deliveries.due_at)
          from public.webhook_deliveries
          where webhook_deliveries.status in ('pending', 'delivering')
        )
      )
    )
  );
end;
$$;

comment on function public.claim_work(integer, jsonb, boolean) is
'Leases up to p_limit due steps and deliveries, each with a claim token. Called by pipeline-step.';

revoke execute on function public.claim_work(integer, jsonb, boolean) from public, anon, authenticated;
grant execute on function public.claim_work(integer, jsonb, boolean) to service_role;
