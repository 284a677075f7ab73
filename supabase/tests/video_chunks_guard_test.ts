import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { asRole } from "./roles.ts";

Deno.test(
  "video_chunks__guard keeps the request id of a film's chunk from service_role",
  onDatabase(async ({ sql, aSubmittedClip }) => {
    await aSubmittedClip();

    await assert.rejects(
      asRole(sql, "service_role", null, (as) =>
        as`
        update public.video_chunks set request_id = 'hijack' where project_id is not null`),
      /it belongs to a film/,
    );
    await asRole(sql, "service_role", null, (as) =>
      as`
      update public.video_chunks set final_video_url = 'https://w.test/f.mp4' where project_id is not null`);
  }),
);

Deno.test(
  "service_role may name the type of each column that it may insert, as PostgREST does",
  onDatabase(async ({ sql }) => {
    const columns = await sql<{ name: string; type: string }[]>`
      select attname as name, format_type(atttypid, atttypmod) as type
      from pg_attribute
      where attrelid = 'public.video_chunks'::regclass and attnum > 0 and not attisdropped
        and has_column_privilege('service_role', attrelid, attnum, 'insert')`;
    assert(columns.length > 5);
    const names = columns.map(({ name }) => name).join(", ");
    const typed = columns.map(({ name, type }) => `${name} ${type}`).join(", ");
    const row = { chunk_id: "chunk_mine", status: "SUBMITTED", metadata: {} };

    await asRole(sql, "service_role", null, (as) =>
      as.unsafe(
        `insert into public.video_chunks (${names}) select ${names} from json_to_record($1) as _(${typed})`,
        [row],
      ));

    const [chunk] = await sql`
      select status from public.video_chunks where chunk_id = 'chunk_mine'`;
    assert.equal(chunk?.status, "SUBMITTED");
  }),
);
