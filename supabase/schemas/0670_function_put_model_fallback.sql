create or replace function public.put_model_fallback(p_model text, p_fallback text)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  if p_fallback is null then
    delete from private.model_fallbacks where model_fallbacks.model = p_model;
  elsif p_fallback = p_model then
    raise exception 'Cannot let "%" stand in for itself', p_model using errcode = 'RL400';
  else
    insert into private.model_fallbacks (model, fallback, updated_at)
    values (p_model, p_fallback, private.clock())
    on conflict (model) do update set fallback = excluded.fallback, updated_at = excluded.updated_at;
  end if;

  return jsonb_build_object('model', p_model, 'fallback', p_fallback);
end;
$$;

comment on function public.put_model_fallback(text, text) is
'Which model makes a clip where p_model refuses it or is down; null: none. The caller has checked that it can. Raises RL400.';

revoke execute on function public.put_model_fallback(text, text) from public, anon, authenticated;
grant execute on function public.put_model_fallback(text, text) to service_role;
