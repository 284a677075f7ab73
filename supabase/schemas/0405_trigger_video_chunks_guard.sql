-- A worker outside gives its own chunks their request ids; those of a film are the pipeline's.

create or replace function private.tg_video_chunks__guard()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- Verbs are security definer: within them the current user is their owner.
  if current_user = 'service_role' then
    raise exception 'Cannot give chunk "%" a request id: it belongs to a film', old.chunk_id
      using errcode = 'insufficient_privilege';
  end if;
  return new;
end;
$$;

comment on function private.tg_video_chunks__guard() is 'Keeps the request ids of a film''s chunks from everybody but the verbs.';

revoke execute on function private.tg_video_chunks__guard() from public, anon, authenticated, service_role;

create or replace trigger _050_guard before update of request_id on public.video_chunks
for each row when (old.project_id is not null) execute function private.tg_video_chunks__guard();
