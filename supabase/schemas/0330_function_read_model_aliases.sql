create or replace function public.read_model_aliases()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(model_aliases.alias, model_aliases.model), '{}')
  from private.model_aliases;
$$;

comment on function public.read_model_aliases() is '{alias: model}. Called by videos.';

revoke execute on function public.read_model_aliases() from public, anon, authenticated;
grant execute on function public.read_model_aliases() to service_role;
