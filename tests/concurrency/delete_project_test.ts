import assert from "node:assert/strict";
import { onDatabase } from "../../supabase/tests/given.ts";
import { callback, claim, submit } from "../../supabase/tests/verbs.ts";
import type { Session } from "../../supabase/tests/test_database.ts";
import { collide } from "./races.ts";

const LEFT = ["private.steps", "private.attempts", "private.ledger", "public.pipeline_events"];

async function deleteProjects({ sql }: Session): Promise<void> {
  await sql`reset role`;
  await sql`delete from public.projects`;
}

Deno.test(
  "a film that is deleted while its step is being claimed leaves nothing behind",
  onDatabase(async ({ sql, aProject, openSession }) => {
    await sql`
      insert into private.prices (model, kind, usd_per_call, as_of, source)
      values ('fal-ai/some-model', 'generate_clip', 1, current_date, 'a test')`;
    await aProject({ scenes: ["cut", "cut"] });
    const [first, second] = [await openSession(), await openSession()];

    const [works] = await collide(
      sql,
      [first, () => claim(first.db)],
      [second, () => deleteProjects(second)],
    );

    assert.equal(works.length, 2);
    for (const table of LEFT) assert.deepEqual([...await sql.unsafe(`table ${table}`)], [], table);
  }),
);

Deno.test(
  "a film that is deleted while a callback moves it on leaves nothing behind",
  onDatabase(async ({ sql, db, aProject, openSession }) => {
    await aProject({ scenes: ["last_frame", "last_frame"] });
    const [work] = await claim(db);
    assert(work);
    await submit(db, work);
    const [first, second] = [await openSession(), await openSession()];

    const [received] = await collide(
      sql,
      [first, () => callback(first.db, work)],
      [second, () => deleteProjects(second)],
    );

    assert.equal(received.outcome, "applied");
    for (const table of LEFT) assert.deepEqual([...await sql.unsafe(`table ${table}`)], [], table);
  }),
);
