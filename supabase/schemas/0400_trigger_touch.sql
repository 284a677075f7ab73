create or replace function private.tg__touch()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  new.updated_at := private.clock();
  return new;
end;
$$;

comment on function private.tg__touch() is 'Keeps updated_at.';

revoke execute on function private.tg__touch() from public, anon, authenticated, service_role;

create or replace trigger _100_touch before update on public.projects
for each row execute function private.tg__touch();

create or replace trigger _100_touch before update on public.scenes
for each row execute function private.tg__touch();

create or replace trigger _100_touch before update on public.video_chunks
for each row execute function private.tg__touch();
