-- All versions of a video, or none: they count up without gaps.

create or replace function private.deletable_versions(p_user_id text, p_video_id text, p_waits boolean)
returns text[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_ids text[] := (
    select array_agg(projects.project_id)
    from public.projects
    where projects.user_id = p_user_id
      and projects.video_id = p_video_id
    having not p_waits or not bool_or(private.is_letting_go(projects.project_id))
  );
begin
  if v_ids is null then
    return '{}';
  end if;

  -- A new version counts on those before it. Where one is being made, or there is one by now, all are left to the next
  -- call: whoever makes it may be waiting for a row of theirs, that with its idempotency key.
  if not pg_try_advisory_xact_lock(
    private.version_lock(jsonb_build_object('user_id', p_user_id, 'video_id', p_video_id))
  ) then
    return '{}';
  end if;

  return case
    when cardinality(v_ids) = (
      select count(*)
      from public.projects
      where projects.user_id = p_user_id
        and projects.video_id = p_video_id
    ) then v_ids
    else '{}'
  end;
end;
$$;

comment on function private.deletable_versions(text, text, boolean) is
'Ids of a video''s versions, of which no other can be made until this transaction ends; none while requests of one are being given up (unless p_waits is false), or where one is new or being made. Called with their rows locked.';

revoke execute on function private.deletable_versions(text, text, boolean) from public, anon, authenticated, service_role;
