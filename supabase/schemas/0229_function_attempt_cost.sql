-- What a provider refused before it took it costs nothing; what is unknown counts as paid.

create or replace function private.attempt_cost(p_attempt private.attempts)
returns numeric
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return coalesce(
    p_attempt.actual_cost_usd,
    case when p_attempt.status = 'failed' and p_attempt.request_id is null then 0 else p_attempt.estimated_cost_usd end
  );
end;
$$;

comment on function private.attempt_cost(private.attempts) is
'US dollars: as the provider says, else as estimated; null where neither is known.';

revoke execute on function private.attempt_cost(private.attempts) from public, anon, authenticated, service_role;
