import assert from "node:assert/strict";
import { z, type ZodType } from "zod";
import type { Database } from "../../supabase/functions/_shared/database.ts";
import * as callbacks from "../../supabase/functions/_shared/transitions/callbacks.ts";
import * as deliveries from "../../supabase/functions/_shared/transitions/deliveries.ts";
import * as projects from "../../supabase/functions/_shared/transitions/projects.ts";
import * as steps from "../../supabase/functions/_shared/transitions/steps.ts";
import * as tasks from "../../supabase/functions/_shared/transitions/tasks.ts";
import * as work from "../../supabase/functions/_shared/transitions/work.ts";
import { type Given, onDatabase } from "../../supabase/tests/given.ts";
import { jobOf } from "../../supabase/tests/job_of.ts";
import { brokenInvariants } from "../../supabase/tests/look.ts";
import {
  callback,
  claim,
  claimDeliveries,
  complete,
  fail,
  moveClock,
  submit,
} from "../../supabase/tests/verbs.ts";

const transitions = { ...callbacks, ...deliveries, ...projects, ...steps, ...tasks, ...work };

Deno.test(
  "functions of today make a film with a schema whose tables have a column more",
  onDatabase(async (given) => {
    await withNextSchema(given, () => makeFilm(given.db, given));
  }),
);

Deno.test(
  "functions of today make a film with a schema whose every answer has a field more",
  onDatabase(async (given) => {
    await makeFilm(widened(given.db), given);
  }),
);

Deno.test(
  "functions of today leave steps of a kind that they do not know to those of tomorrow",
  onDatabase(async ({ sql, db, aProject }) => {
    const projectId = await aProject();
    await claim(db);
    const [before] = await sql`
      select pg_get_constraintdef(oid) as definition
      from pg_constraint
      where conname = 'step_kind_is_known'`;
    await sql`alter domain private.step_kind drop constraint step_kind_is_known`;
    try {
      await sql`
        insert into private.steps (project_id, user_id, kind, due_at)
        values (${projectId}, 'user-1', 'dream_up', now())`;

      assert.deepEqual(await claim(db), []);
    } finally {
      await sql`delete from private.steps where kind = 'dream_up'`;
      await sql.unsafe(
        `alter domain private.step_kind add constraint step_kind_is_known ${before?.definition}`,
      );
    }
  }),
);

Deno.test(
  "the SQL of today ignores what functions of tomorrow send besides",
  onDatabase(async ({ sql, db }) => {
    const more: Database = {
      call: (name, args, answer) => db.call(name, widenInside(args), answer),
    };
    const { project_id } = await transitions.createProject(more, jobOf());
    const [work] = await claim(more);
    assert(work);
    await submit(more, work);
    const { outcome } = await callback(more, work);

    assert.equal(outcome, "applied");
    assert.equal(
      (await sql`select from public.projects where project_id = ${project_id}`).length,
      1,
    );
  }),
);

/** A film with every kind of call on its way: a retry, a frame, a delivery. */
async function makeFilm(db: Database, { sql }: Given): Promise<void> {
  const job = jobOf({ scenes: ["last_frame", "last_frame"] });
  const { project_id, task_token } = await transitions.createProject(db, job);
  const [first] = await claim(db);
  assert(first);
  await fail(db, first, { retryable: true });
  await moveClock(sql, 3);

  for (;;) {
    const works = await claim(db);
    if (works.length === 0) break;
    for (const work of works) {
      if (work.step === "store_film") await complete(db, work);
      else {
        assert.equal(await submit(db, work), "applied");
        await callback(db, work, { result: { state: "in_progress", progress: 50 } });
        assert.equal((await callback(db, work)).outcome, "applied");
      }
    }
  }

  // Claiming steps has leased the delivery too.
  await moveClock(sql, 91);

  const [delivery] = await claimDeliveries(db);
  assert(delivery);
  await transitions.recordDelivery(db, delivery, {
    status_code: 200,
    error: null,
    duration_ms: 1,
    response_excerpt: null,
    retry_after: null,
  });
  const task = await transitions.readTask(db, project_id, { token: task_token, trusted: false });
  assert.equal(task?.status, "completed");
  assert.equal((await transitions.readStats(db)).by_status.completed, 1);
  await transitions.ringBell(db);
  await transitions.isBellDeaf(db);
  assert.deepEqual(await brokenInvariants(sql), []);
}

/** Every table gets a column that nobody of today knows, for as long as `use` runs. */
async function withNextSchema({ sql }: Given, use: () => Promise<void>): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select oid::regclass::text as name from pg_class
    where relnamespace::regnamespace::text in ('public', 'private') and relkind = 'r'`;
  assert(tables.length > 15);
  for (const { name } of tables) {
    await sql.unsafe(`alter table ${name} add column of_tomorrow text default 'new'`);
  }
  try {
    await use();
  } finally {
    for (const { name } of tables) await sql.unsafe(`alter table ${name} drop column of_tomorrow`);
  }
}

/** Answers of the next schema: each object in them has a field that nobody of today knows. */
function widened(db: Database): Database {
  return {
    async call<T>(name: string, args: Record<string, unknown>, answer: ZodType<T>): Promise<T> {
      return answer.parse(widen(await db.call(name, args, z.unknown())));
    },
  };
}

/** Maps from names that are data to values: a field more would be an entry more. */
const MAPS = new Set(["by_status", "headers", "input", "request", "metadata", "webhook_headers"]);

function widen(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(widen);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [
    name,
    MAPS.has(name) ? field : widen(field),
  ]);
  return { ...Object.fromEntries(fields), of_tomorrow: { is: ["new"] } };
}

function widenInside(args: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [
      name,
      // Which steps a function can do is a map too.
      name === "p_providers" ? value : widen(value),
    ]),
  );
}
