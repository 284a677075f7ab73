-- A figure for a kind of step, which a model may have of its own: give_up_seconds.generate_clip, or
-- give_up_seconds.generate_clip.fal-ai/veo3.1 for that endpoint alone.

create or replace function private.step_setting(p_what text, p_kind text, p_model text)
returns private.settings
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  -- Put together here: the table is read as a whole, and they would be for each of its rows.
  v_name text := p_what || '.' || p_kind;
  v_name_of_model text := v_name || '.' || p_model;
  v_setting private.settings;
begin
  if v_name_of_model is not null then
    select settings.* into v_setting from private.settings where settings.name = v_name_of_model;
  end if;
  if v_setting.name is null then
    select settings.* into v_setting from private.settings where settings.name = v_name;
  end if;

  if not found then
    raise exception 'Cannot read setting "%": no such setting', v_name using errcode = 'RL500';
  end if;
  return v_setting;
end;
$$;

comment on function private.step_setting(text, text, text) is
'The setting of a kind of step, the model''s own where it has one; its name says which. Raises RL500 where there is none.';

revoke execute on function private.step_setting(text, text, text) from public, anon, authenticated, service_role;
