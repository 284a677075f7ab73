import assert from "node:assert/strict";
import { onDatabase } from "../../supabase/tests/given.ts";
import { claim, setSetting } from "../../supabase/tests/verbs.ts";
import { collide } from "./races.ts";

Deno.test(
  "spending cap: two claims at the same moment do not both reach for the last of it",
  onDatabase(async ({ sql, aProject, openSession }) => {
    await sql`
      insert into private.prices (model, kind, usd_per_call, as_of, source)
      values ('fal-ai/some-model', 'generate_clip', 1, current_date, 'a test')`;
    await setSetting(sql, "max_usd_per_day", 1);
    await aProject({ scenes: ["cut", "cut", "cut"] });
    const [first, second] = [await openSession(), await openSession()];

    const [mine, theirs] = await collide(
      sql,
      [first, () => claim(first.db, { limit: 1 })],
      [second, () => claim(second.db)],
    );

    assert.deepEqual([mine.length, theirs.length], [1, 0]);
  }),
);
