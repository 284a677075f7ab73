create or replace function public.list_model_fallbacks()
returns jsonb
language sql
stable
security definer
set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(model_fallbacks) order by model_fallbacks.model), '[]')
  from private.model_fallbacks;
$$;

comment on function public.list_model_fallbacks() is '[{model, fallback, takes_end_frame, updated_at}]. Called by webhook-manage.';

revoke execute on function public.list_model_fallbacks() from public, anon, authenticated;
grant execute on function public.list_model_fallbacks() to service_role;
