create or replace function private.is_step_whole(p_status text, p_claim_token uuid, p_error_message text)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return case p_status
    when 'running' then p_claim_token is not null
    when 'completed' then p_claim_token is null
    when 'cancelled' then p_claim_token is null
    when 'failed' then p_claim_token is null and p_error_message is not null
    else true
  end;
end;
$$;

comment on function private.is_step_whole(text, uuid, text) is
'True for a running step that is claimed, a finished one that is not, and any other; a failed one says why.';

revoke execute on function private.is_step_whole(text, uuid, text) from public, anon, authenticated, service_role;
