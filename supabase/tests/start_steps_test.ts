import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { changeProject } from "../functions/_shared/management/films.ts";
import { onDatabase } from "./given.ts";
import { attemptsOf, only } from "./look.ts";
import { claim, PROVIDERS } from "./verbs.ts";

Deno.test(
  "start_steps: a step that is cancelled after it was found due is not begun",
  onDatabase(async ({ db, sql, aProject }) => {
    const gone = await aProject();
    const stays = await aProject({ video_id: "video-2" });
    const found = await due(sql);
    assert.equal(found.length, 2);
    await changeProject(db, "cancel", { projectId: gone, reason: null });

    const works = await start(sql, found);

    assert.deepEqual(works.map(({ project_id }) => project_id), [stays]);
    assert.deepEqual(await claim(db), []);
  }),
);

Deno.test(
  "start_steps: of two runners that found the same steps one gets each, and nobody waits",
  onDatabase(async ({ sql, aProject, openSession }) => {
    await aProject({ scenes: ["cut", "cut", "cut"] });
    const [one, two] = [await openSession(), await openSession()];
    await one.sql`reset role`;
    await two.sql`reset role`;
    const found = await due(sql);

    await one.sql`begin`;
    const first = await start(one.sql, found.slice(0, 2));
    const second = await start(two.sql, found);
    await one.sql`commit`;

    assert.deepEqual(first.map(({ step_id }) => step_id), found.slice(0, 2));
    assert.deepEqual(second.map(({ step_id }) => step_id), found.slice(2));
    assert.deepEqual(await start(two.sql, found), []);
    for (const step of found) assert.equal(only(await attemptsOf(sql, step)).status, "created");
  }),
);

Deno.test(
  "start_steps: a step that is due later by now, or not there any more, is left alone",
  onDatabase(async ({ sql, aProject }) => {
    await aProject();
    const [id] = await due(sql);
    assert(id);
    await sql`update private.steps set due_at = due_at + interval '1 minute'`;

    assert.deepEqual(await start(sql, [id, "step_of_nobody"]), []);
  }),
);

Deno.test(
  "where a hundred steps are due and more, users take turns as they do where few are",
  onDatabase(async ({ db, sql, aProject }) => {
    await aProject({ user_id: "busy", scenes: Array(110).fill("cut") });
    await aProject({ user_id: "patient", video_id: "video-2", scenes: ["cut", "cut"] });

    const works = await claim(db, { limit: 4 });

    const owners = await sql`
      select user_id from private.steps where step_id = any (${works.map((work) => work.step_id)})
      order by user_id`;
    assert.deepEqual(owners.map(({ user_id }) => user_id), ["busy", "busy", "patient", "patient"]);
  }),
);

/** What due_steps finds: the steps that a claim would lock next. */
async function due(sql: Sql): Promise<string[]> {
  const [row] = await sql<{ queued: string[] }[]>`
    select queued from private.due_steps(40, ${sql.json(PROVIDERS)}, private.clock())`;
  return row?.queued ?? [];
}

async function start(sql: Sql, steps: string[]) {
  const [row] = await sql<{ work: { step_id: string; project_id: string }[] }[]>`
    select private.start_steps(${steps}, ${sql.json(PROVIDERS)}, private.clock()) as work`;
  return row?.work ?? [];
}
