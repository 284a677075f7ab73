create or replace function private.is_last_cut(p_step private.steps)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return case p_step.kind
    when 'burn_captions' then true
    when 'mix_music' then not private.burns_captions(p_step.project_id)
    else not private.burns_captions(p_step.project_id) and not exists (
      select 1
      from public.projects
      where projects.project_id = p_step.project_id
        and projects.film_options -> 'music' is not null
    )
  end;
end;
$$;

comment on function private.is_last_cut(private.steps) is 'True when what this step makes is the film, with nothing to be done to it any more.';

revoke execute on function private.is_last_cut(private.steps) from public, anon, authenticated, service_role;
