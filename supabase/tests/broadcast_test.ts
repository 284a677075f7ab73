import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { onDatabase } from "./given.ts";
import { projectOf } from "./look.ts";
import { callback, fail } from "./verbs.ts";

type Sent = { payload: Record<string, unknown>; event: string; topic: string; private: boolean };

/** Supabase's function as far as its arguments go; `body` is what it does. */
async function withRealtime(sql: Sql, body: string, test: () => Promise<void>): Promise<void> {
  await sql.unsafe(`
    create table realtime.sent (n bigint generated always as identity, payload jsonb, event text, topic text, private boolean);
    create function realtime.send(payload jsonb, event text, topic text, private boolean default true)
    returns void language plpgsql as $body$ begin ${body} end; $body$;`);
  try {
    await test();
  } finally {
    await sql`drop function realtime.send`;
    await sql`drop table realtime.sent`;
  }
}

Deno.test(
  "broadcast tells a film's private channel of scenes and of where the film stands",
  onDatabase(async ({ sql, db, aSubmittedClip }) => {
    const keep =
      "insert into realtime.sent (payload, event, topic, private) values ($1, $2, $3, $4);";
    await withRealtime(sql, keep, async () => {
      const work = await aSubmittedClip();
      await callback(db, work);

      const sent = await sql<Sent[]>`
        select payload, event, topic, private from realtime.sent order by n`;
      const names = sent.map(({ event, payload }) => `${event} ${payload.status}`);
      assert.deepEqual(
        new Set(names),
        new Set([
          "task processing",
          "scene.generating generating",
          "scene.completed completed",
        ]),
      );
      assert.ok(sent.every((one) => one.topic === `project:${work.project_id}` && one.private));
      const scene = sent.find(({ event }) => event === "scene.completed");
      assert.equal(scene?.payload.video_url, `https://made.test/${work.step_id}.mp4`);
    });
  }),
);

Deno.test(
  "broadcast fails no film: neither where Realtime is broken nor where there is none",
  onDatabase(async ({ sql, db, aClaimedClip }) => {
    await withRealtime(sql, "raise exception 'Realtime is down';", async () => {
      const work = await aClaimedClip();
      await fail(db, work);
      assert.equal((await projectOf(sql, work.project_id)).status, "failed");
    });

    const work = await aClaimedClip({ video_id: "video-2" });
    await fail(db, work);
    assert.equal((await projectOf(sql, work.project_id)).status, "failed");
  }),
);
