import assert from "node:assert/strict";
import { deleteUserData } from "../../supabase/functions/_shared/management/installation.ts";
import { createProject } from "../../supabase/functions/_shared/transitions/projects.ts";
import { aFilm } from "../../supabase/tests/drive.ts";
import { onDatabase } from "../../supabase/tests/given.ts";
import { jobOf } from "../../supabase/tests/job_of.ts";
import { brokenInvariants, only } from "../../supabase/tests/look.ts";
import { callback, claim, submit } from "../../supabase/tests/verbs.ts";
import type { Session } from "../../supabase/tests/test_database.ts";
import { collide, untilWaiting } from "./races.ts";

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

Deno.test(
  "a version that is ordered while the others are deleted with their user is the first of its video",
  onDatabase(async (given) => {
    const { sql, openSession } = given;
    for (const is_revision of [true, false]) {
      await aFilm(given);
      const [first, second] = [await openSession(), await openSession()];

      await collide(
        sql,
        [first, () => deleteUserData(first.db, "user-1")],
        [second, () => createProject(second.db, jobOf({ is_revision }))],
      );

      const { version, revision_of } = only(
        await sql`select version, revision_of from public.projects`,
      );
      assert.deepEqual([version, revision_of], [1, null]);
      assert.deepEqual(await brokenInvariants(sql), []);
      await sql`delete from public.projects`;
    }
  }),
);

Deno.test(
  "a version that is being ordered keeps the others of its video from being deleted without it",
  onDatabase(async (given) => {
    const { sql, db, openSession } = given;
    await aFilm(given);
    const [first, second] = [await openSession(), await openSession()];

    await first.sql`begin`;
    await createProject(first.db, jobOf({ is_revision: true }));
    const deleted = await deleteUserData(second.db, "user-1");
    await first.sql`commit`;

    assert.equal(deleted.done, false);
    assert.equal((await sql`select from public.projects`).length, 2);
    assert.equal((await deleteUserData(db, "user-1")).done, true);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a job that comes again while its user is deleted waits for that, and none of both for ever",
  onDatabase(async (given) => {
    const { sql, db, openSession } = given;
    const job = jobOf({ idempotency_key: "key-1" });
    const { project_id } = await createProject(db, job);
    const [first, second] = [await openSession(), await openSession()];

    await first.sql`begin`;
    await first.sql`select public.pause_project(${project_id})`;
    const again = createProject(second.db, job);
    await untilWaiting(sql, second);
    const deleted = await deleteUserData(first.db, "user-1");
    await first.sql`commit`;

    assert.equal(deleted.done, false, "its version is being counted");
    assert.equal((await again).outcome, "duplicate");
    assert.equal((await deleteUserData(db, "user-1")).done, true);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
