create or replace function private.film_captions(p_project_id text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_build_object('srt_url', made.output -> 'srt_url', 'vtt_url', made.output -> 'vtt_url')
    from (
      select private.film_part(p_project_id, 'store_captions', private.captions_input(p_project_id)) as output
    ) as made
    where made.output is not null
  );
end;
$$;

comment on function private.film_captions(text) is
'{srt_url, vtt_url} of the captions of a film as it is now; null where it has none.';

revoke execute on function private.film_captions(text) from public, anon, authenticated, service_role;
