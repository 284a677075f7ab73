-- delivering → delivered | pending | dead | skipped, a page at a time

create or replace function public.record_deliveries(p_results jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_plain jsonb := private.plain_results(p_results);
  v_others text[] := array(
    select results.delivery_id
    from jsonb_to_recordset(p_results) as results (delivery_id text)
    except
    select plain.delivery_id
    from jsonb_to_recordset(v_plain) as plain (delivery_id text)
  );
  v_result record;
  v_stale integer;
begin
  if cardinality(v_others) > 0 then
    -- Before any delivery: whoever has an endpoint may want those that go to it.
    perform private.lock_receivers(v_others);
    -- What is plain is written first: it goes by id all the same, as it does in every other page.
    perform 1
    from jsonb_to_recordset(p_results) as results (delivery_id text, claim_token uuid)
    join public.webhook_deliveries using (delivery_id)
    where webhook_deliveries.claim_token = results.claim_token
    order by webhook_deliveries.delivery_id
    for no key update of webhook_deliveries;
  end if;

  v_stale := jsonb_array_length(v_plain) - cardinality(private.record_delivered(v_plain));

  for v_result in
    select results.delivery_id, results.claim_token, results.result
    from (
      select
        given.value ->> 'delivery_id' as delivery_id,
        (given.value ->> 'claim_token')::uuid as claim_token,
        given.value as result
      from jsonb_array_elements(p_results) as given
    ) as results
    where results.delivery_id = any (v_others)
    order by results.delivery_id
  loop
    if public.record_delivery(v_result.delivery_id, v_result.claim_token, v_result.result) = 'stale' then
      v_stale := v_stale + 1;
    end if;
  end loop;

  return jsonb_build_object('applied', jsonb_array_length(p_results) - v_stale, 'stale', v_stale);
end;
$$;

comment on function public.record_deliveries(jsonb) is
'record_delivery for each of [{delivery_id, claim_token, status_code, ...}]: {applied, stale}. Called by the runner.';

revoke execute on function public.record_deliveries(jsonb) from public, anon, authenticated;
grant execute on function public.record_deliveries(jsonb) to service_role;
