-- An answer that was lost is asked for again: a second take would be paid for, too.

create or replace function private.take_again(p_scene_id text, p_asked jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_made public.video_chunks;
begin
  select video_chunks.*
  into v_made
  from public.video_chunks
  where video_chunks.scene_id = p_scene_id
    and video_chunks.metadata #>> '{asked,idempotency_key}' = p_asked ->> 'idempotency_key'
  limit 1;

  if not found then
    return null;
  elsif v_made.metadata -> 'asked' <> p_asked then
    raise exception 'Cannot regenerate scene "%": the idempotency key belongs to another take of it', p_scene_id
      using errcode = 'RL409';
  end if;

  return jsonb_build_object('take', v_made.take, 'scenes', v_made.metadata -> 'taken', 'duplicate', true);
end;
$$;

comment on function private.take_again(text, jsonb) is
'{take, scenes, duplicate} of the take of this scene that this idempotency key made; null: none. Asked: {idempotency_key} and what the take was to differ in. Raises RL409 where that was something else. The caller holds the project''s lock.';

revoke execute on function private.take_again(text, jsonb) from public, anon, authenticated, service_role;
