create or replace function private.release_provider(p_provider text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update private.providers
  set failures_in_a_row = 0, hold_reason = null, updated_at = private.clock()
  where providers.name = p_provider
    and providers.failures_in_a_row > 0;
end;
$$;

comment on function private.release_provider(text) is 'The provider accepted something: its row of failures is over.';

revoke execute on function private.release_provider(text) from public, anon, authenticated, service_role;
