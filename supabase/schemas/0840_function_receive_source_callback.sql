-- A source that was changed, disabled or removed a moment ago lets nobody in by what it was: the door
-- is told that it knows an old one, and nothing is recorded.
--
-- A handler reads numbers with all their digits: the door's JavaScript makes 12345678901234567000 of
-- 12345678901234567890. What it could read and Postgres cannot (a bad string in a field that comes
-- twice) stays as the door read it.

create or replace function public.receive_source_callback(p_callback jsonb, p_revision text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_text text;
begin
  if not exists (
    select 1
    from private.webhook_sources
    where webhook_sources.name = p_callback ->> 'source'
      and webhook_sources.is_enabled
      and private.source_revision(webhook_sources) = p_revision
  ) then
    return null;
  end if;

  if jsonb_typeof(p_callback -> 'data') <> 'null' then
    v_text := ltrim(convert_from(decode(p_callback ->> 'raw_body', 'base64'), 'UTF8'), chr(65279));
    if pg_input_is_valid(v_text, 'jsonb') then
      return public.receive_callback(p_callback || jsonb_build_object('data', v_text::jsonb));
    end if;
  end if;
  return public.receive_callback(p_callback);
end;
$$;

comment on function public.receive_source_callback(jsonb, text) is
'receive_callback for a custom source; null where the source is not any more what it was verified by. Called by the door webhook.';

revoke execute on function public.receive_source_callback(jsonb, text) from public, anon, authenticated;
grant execute on function public.receive_source_callback(jsonb, text) to service_role;
