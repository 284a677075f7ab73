-- https://www.w3.org/TR/trace-context/: the sender's trace, with a span of our own for each call of ours.

create or replace function private.traceparent_of(p_project_id text, p_id text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select '00-' || substr(given.traceparent, 4, 32) || '-' || left(encode(sha256(convert_to(p_id, 'UTF8')), 'hex'), 16) || right(given.traceparent, 3)
    from (
      select projects.metadata ->> 'traceparent' as traceparent
      from public.projects
      where projects.project_id = p_project_id
    ) as given
    where given.traceparent ~ '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$'
  );
end;
$$;

comment on function private.traceparent_of(text, text) is
'The traceparent of what we send for a project under this id; null where its job came without one.';

revoke execute on function private.traceparent_of(text, text) from public, anon, authenticated, service_role;
