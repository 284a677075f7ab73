create or replace function private.has_kept_clip(p_step private.steps)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return p_step.kind = 'generate_clip' and exists (select 1 from private.kept_clip(p_step.chunk_id));
end;
$$;

comment on function private.has_kept_clip(private.steps) is
'True of a step for a clip that there is already, though it came too late (kept_clip).';

revoke execute on function private.has_kept_clip(private.steps) from public, anon, authenticated, service_role;
