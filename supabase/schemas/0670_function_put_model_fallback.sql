create or replace function public.put_model_fallback(
  p_model text,
  p_fallback text,
  p_takes_end_frame boolean default false
)
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
    insert into private.model_fallbacks (model, fallback, takes_end_frame, updated_at)
    values (p_model, p_fallback, p_takes_end_frame, private.clock())
    on conflict (model) do update set
      fallback = excluded.fallback,
      takes_end_frame = excluded.takes_end_frame,
      updated_at = excluded.updated_at;
  end if;

  return jsonb_build_object('model', p_model, 'fallback', p_fallback);
end;
$$;

comment on function public.put_model_fallback(text, text, boolean) is
'Which model makes a clip where p_model refuses it or is down; null: none. The caller has checked that it can. Raises RL400. Called by webhook-manage.';

revoke execute on function public.put_model_fallback(text, text, boolean) from public, anon, authenticated;
grant execute on function public.put_model_fallback(text, text, boolean) to service_role;
