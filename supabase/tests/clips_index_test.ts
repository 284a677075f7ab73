import assert from "node:assert/strict";
import { z } from "zod";
import { insertFinishedFilms } from "../../bench/finished_films.ts";
import { onDatabase } from "./given.ts";

const Plan = z.tuple([
  z.object({ "QUERY PLAN": z.tuple([z.object({ Plan: z.looseObject({}) })]) }),
]);

Deno.test(
  "clips have no entry in the index of statuses before they are asked for",
  onDatabase(async ({ sql, aProject }) => {
    const sizeOf = async () => {
      const [row] =
        await sql`select pg_relation_size('public.video_chunks_by_status')::int as size`;
      return row?.size;
    };
    const empty = await sizeOf();

    await aProject({ scenes: ["last_frame", "last_frame"] });

    assert.equal((await sql`select from public.video_chunks`).length, 2);
    assert.equal(await sizeOf(), empty);
  }),
);

Deno.test(
  "the outside worker's question for finished clips, oldest first, is answered by its index",
  onDatabase(async ({ sql }) => {
    await insertFinishedFilms(sql, 500);
    await sql`analyze public.video_chunks`;

    const [{ "QUERY PLAN": [{ Plan: plan }] }] = Plan.parse([
      ...await sql`
        explain (format json)
        select chunk_id from public.video_chunks
        where status = 'COMPLETED' and kling_video_url is not null
        order by created_at
        limit 10`,
    ]);

    assert.match(JSON.stringify(plan), /video_chunks_by_status/);
    assert.doesNotMatch(JSON.stringify(plan), /Sort/);
  }),
);
