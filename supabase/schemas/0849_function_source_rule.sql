create or replace function private.source_rule(p_constraint text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select case p_constraint
    when 'source_name_fits_a_path' then 'its name has small letters, digits, - and _, begins with a letter and ends before the 64th'
    when 'source_name_is_not_taken' then 'Reelay uses that name itself'
    when 'source_header_can_be_chosen' then 'header can be chosen for hmac, hmac_base64, timestamped, token and ed25519 alone'
    when 'source_secret_is_in_env_or_vault' then
      'secret_name is an environment variable (A-Z, 0-9, _; none of SUPABASE''s) or, with "secret_in": "vault", a secret''s name there'
    when 'source_handler_is_whole' then
      'handler_kind and handler_target go together: "function" and its name without the schema, or "delivery" and a URL'
    else 'the rule "' || replace(p_constraint, '_', ' ') || '" does not hold'
  end;
$$;

comment on function private.source_rule(text) is 'What a constraint of private.webhook_sources asks for, in words for whoever adds a source.';

revoke execute on function private.source_rule(text) from public, anon, authenticated, service_role;
