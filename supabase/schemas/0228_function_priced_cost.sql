create or replace function private.priced_cost(p_price private.prices, p_kind text, p_input jsonb)
returns numeric
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_usd numeric := coalesce(p_price.usd_per_call, 0);
begin
  if p_price.usd_per_second > 0 then
    v_usd := v_usd + p_price.usd_per_second * private.paid_seconds(p_kind, p_input);
  end if;
  if p_price.usd_per_character > 0 then
    v_usd := v_usd + p_price.usd_per_character * char_length(p_input ->> 'text');
  end if;
  return v_usd;
end;
$$;

comment on function private.priced_cost(private.prices, text, jsonb) is
'US dollars of this input at this price; null where its length or its text is unknown.';

revoke execute on function private.priced_cost(private.prices, text, jsonb) from public, anon, authenticated, service_role;
