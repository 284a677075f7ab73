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
      select private.priced_cost(prices, p_kind, p_input)
      from private.prices
      where prices.kind = p_kind
        and prices.model = private.priced_model(p_provider, p_kind, p_input)
    )
  end;
end;
$$;

comment on function private.estimate_cost(text, jsonb, text) is
'US dollars that this input will cost by private.prices; null where no price, no length, or no text is known.';

revoke execute on function private.estimate_cost(text, jsonb, text) from public, anon, authenticated, service_role;
