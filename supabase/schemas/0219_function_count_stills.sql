create or replace function private.count_stills(p_job jsonb)
returns bigint
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return (
    select count(distinct (coalesce(shot.scene ->> 'image_url', p_job ->> 'image_url'), shot.scene ->> 'reframe_to'))
    from jsonb_array_elements(p_job -> 'scenes') with ordinality as shot (scene, position)
    where shot.scene ->> 'reframe_to' is not null
      and (shot.position = 1 or shot.scene ->> 'continuity' <> 'last_frame')
      and coalesce(shot.scene ->> 'image_url', p_job ->> 'image_url') is not null
  );
end;
$$;

comment on function private.count_stills(jsonb) is
'How many images a new film makes before its clips: several scenes may start from one.';

revoke execute on function private.count_stills(jsonb) from public, anon, authenticated, service_role;
