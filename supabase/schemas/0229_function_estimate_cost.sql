create or replace function private.estimate_cost(p_kind text, p_input jsonb, p_provider text default 'fal')
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return case
    when p_provider in ('test', 'storage') then 0
    else (
      select case
        when prices.usd_per_second is null then prices.usd_per_call
        when prices.usd_per_second = 0 then coalesce(prices.usd_per_call, 0)
        else coalesce(prices.usd_per_call, 0) + prices.usd_per_second * private.paid_seconds(p_kind, p_input)
      end
      from private.prices
      where prices.kind = p_kind
        and prices.model = private.priced_model(p_provider, p_kind, p_input)
    )
  end;
end;
$$;

comment on function private.estimate_cost(text, jsonb, text) is
'US dollars that this input will cost by private.prices; null where no price, or no length, is known.';

revoke execute on function private.estimate_cost(text, jsonb, text) from public, anon, authenticated, service_role;
