import assert from "node:assert/strict";
import { createProject } from "../../supabase/functions/_shared/transitions/projects.ts";
import { type Given, onDatabase } from "../../supabase/tests/given.ts";
import { jobOf } from "../../supabase/tests/job_of.ts";
import type { Session } from "../../supabase/tests/test_database.ts";
import { collide, untilWaiting } from "./races.ts";

Deno.test(
  "one job sent eight times at the same moment is one project",
  onDatabase(async (given) => {
    const sessions = await eight(given);
    const job = jobOf({ idempotency_key: "key-1" });

    const answers = await Promise.all(sessions.map(({ db }) => createProject(db, job)));

    const outcomes = answers.map(({ outcome }) => outcome).toSorted();
    assert.deepEqual(outcomes, ["created", ...Array(7).fill("duplicate")]);
    assert.equal(new Set(answers.map(({ project_id }) => project_id)).size, 1);
    assert.equal((await given.sql`select from public.projects`).length, 1);
    assert.equal((await given.sql`select from private.steps`).length, 1);
  }),
);

Deno.test(
  "one key with eight bodies at the same moment is one project and seven conflicts",
  onDatabase(async (given) => {
    const sessions = await eight(given);

    const answers = await Promise.all(
      sessions.map(({ db }, index) =>
        createProject(db, jobOf({ idempotency_key: "key-1", video_id: `video-${index}` }))
      ),
    );

    const outcomes = answers.map(({ outcome }) => outcome).toSorted();
    assert.deepEqual(outcomes, [...Array(7).fill("conflict"), "created"]);
    assert.equal((await given.sql`select from public.projects`).length, 1);
  }),
);

Deno.test(
  "two jobs for one video at the same moment get versions 1 and 2",
  onDatabase(async ({ sql, openSession }) => {
    const [one, two] = [await openSession(), await openSession()];

    const [first, second] = await collide(
      sql,
      [one, () => createProject(one.db, jobOf())],
      [two, () => createProject(two.db, jobOf({ is_revision: true }))],
    );

    assert.deepEqual([first.outcome, second.outcome], ["created", "created"]);
    const films = await sql`
      select project_id, version, revision_of from public.projects order by version`;
    assert.deepEqual([...films], [
      { project_id: first.project_id, version: 1, revision_of: null },
      { project_id: second.project_id, version: 2, revision_of: first.project_id },
    ]);
  }),
);

Deno.test(
  "the second sender of a job waits for the first one, and takes over when that one fails",
  onDatabase(async ({ sql, openSession }) => {
    const [one, two] = [await openSession(), await openSession()];
    const job = jobOf({ idempotency_key: "key-1" });

    await one.sql`begin`;
    const first = await createProject(one.db, job);
    const second = createProject(two.db, job);
    await untilWaiting(sql, two);
    await one.sql`rollback`;

    assert.equal((await second).outcome, "created");
    assert.notEqual((await second).project_id, first.project_id);
    assert.equal((await sql`select from public.projects`).length, 1);
  }),
);

async function eight({ openSession }: Given): Promise<Session[]> {
  return await Promise.all(Array.from({ length: 8 }, () => openSession()));
}
