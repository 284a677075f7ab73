-- project any → cancelled where it was unfinished, and then gone with all that is known of it
--
-- A video whose requests are still being given up at a provider stays until they are: call again until
-- done is true. All stay while there are more messages to endpoints, or batches, than one call deletes: of hundreds of
-- thousands, all in one, none would be gone before its time is over. Files are the caller's to remove: their paths are in
-- no table any more. An endpoint that is made meanwhile stays for the next call, too: to lock it behind projects is not the
-- lock order.

create or replace function public.delete_user_data(
  p_user_id text,
  p_limit integer default 100,
  p_waits boolean default true
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  v_endpoint_ids text[];
  v_project public.projects;
  v_video_id text;
  v_ids text[] := '{}';
  v_cancelled integer := 0;
  v_most_messages integer := 50 * p_limit;
  v_messages text[];
  v_batches text[];
  v_paths text[];
  v_records record;
begin
  -- Before any delivery: cancelling makes what waits for a batch due, and a claim that has the endpoint wants just that.
  v_endpoint_ids := private.close_endpoints_of(p_user_id);

  -- All versions of a video go at once: they count up without gaps.
  for v_video_id in
    select distinct projects.video_id from public.projects where projects.user_id = p_user_id order by projects.video_id
  loop
    -- What is under way goes with a later call: of thousands, all in one, none would be cancelled before its time is over.
    exit when cardinality(v_ids) >= p_limit or v_cancelled >= 10 * p_limit;

    for v_project in
      select projects.*
      from public.projects
      where projects.user_id = p_user_id
        and projects.video_id = v_video_id
      order by projects.project_id
      for no key update
    loop
      if v_project.status not in ('completed', 'failed', 'cancelled') then
        perform public.cancel_project(v_project.project_id, 'The user''s data is being deleted');
        v_cancelled := v_cancelled + 1;
      end if;
    end loop;

    v_ids := v_ids || private.deletable_versions(p_user_id, v_video_id, p_waits);
  end loop;

  v_messages := private.messages_of(v_endpoint_ids, v_most_messages);
  v_batches := private.batches_of(v_ids, v_messages, p_limit + 1);
  if cardinality(v_messages) >= v_most_messages or cardinality(v_batches) > p_limit then
    v_ids := '{}';
  end if;
  perform private.delete_messages(v_messages || v_batches, v_ids);
  perform private.delete_endpoints_of(v_endpoint_ids);
  v_paths := private.films_stored_for(v_ids);
  select * into v_records from private.delete_records(v_ids);
  delete from public.projects where projects.project_id = any (v_ids);

  return jsonb_build_object(
    'done', not exists (select 1 from public.projects where projects.user_id = p_user_id)
      and not exists (select 1 from private.endpoints where endpoints.user_id = p_user_id),
    'projects', cardinality(v_ids),
    'cancelled', v_cancelled,
    'bucket', 'films',
    'paths', to_jsonb(v_paths)
  ) || to_jsonb(v_records);
end;
$$;

comment on function public.delete_user_data(text, integer, boolean) is
'Deletes p_limit projects of a user, or a video''s more, with all below, their callbacks and errors, and the user''s endpoints. {done, projects, cancelled, callbacks, deliveries, media, errors, bucket, paths}: the caller removes these files, and calls again until done. Without p_waits, requests at providers are left to themselves. Called by webhook-manage.';

revoke execute on function public.delete_user_data(text, integer, boolean) from public, anon, authenticated;
grant execute on function public.delete_user_data(text, integer, boolean) to service_role;
