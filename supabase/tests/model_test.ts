import assert from "node:assert/strict";
import fc from "fast-check";
import type { Sql } from "postgres";
import { changeProject } from "../functions/_shared/management/films.ts";
import { driveToTheEnd } from "./film_players.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants } from "./look.ts";
import { emptyModel } from "./model.ts";
import { COMMANDS } from "./model_commands.ts";

/** `deno task test:model` sets both: how many sequences, and which. */
const RUNS = Number(Deno.env.get("REELAY_MODEL_RUNS") ?? 20);
const SEED = Deno.env.get("REELAY_MODEL_SEED");

Deno.test(
  "whatever happens in whatever order, the machine does as its model, and every film ends",
  onDatabase(async (given) => {
    const { db, sql } = given;
    await fc.assert(
      fc.asyncProperty(
        fc.commands(COMMANDS, { maxCommands: 60, size: "max" }),
        async (commands) => {
          await given.empty();
          await given.aProject({ scenes: ["last_frame", "last_frame"] });
          await fc.asyncModelRun(() => ({ model: emptyModel(), real: given }), commands);

          for (const projectId of await pausedIn(sql)) {
            await changeProject(db, "resume", { projectId, reason: null });
          }
          await driveToTheEnd(db, sql);

          assert.deepEqual(await brokenInvariants(sql), []);
          assert.deepEqual(await unended(sql), []);
          assert.deepEqual(await untold(sql), []);
        },
      ),
      { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
    );
  }),
);

async function pausedIn(sql: Sql): Promise<string[]> {
  const rows = await sql`select project_id from public.projects where status = 'paused'`;
  return rows.map(({ project_id }) => project_id);
}

async function unended(sql: Sql): Promise<string[]> {
  const rows = await sql`
    select project_id || ' is ' || status as film from public.projects
    where status not in ('completed', 'failed', 'cancelled')
    union all
    select step_id || ' is ' || status from private.steps
    where status in ('queued', 'running', 'waiting')`;
  return rows.map(({ film }) => film);
}

/** Films whose end the client was not told, or was told twice. */
async function untold(sql: Sql): Promise<string[]> {
  const rows = await sql`
    select project_id || ' has ' || count(delivery_id) as film
    from public.projects left join public.webhook_deliveries using (project_id)
    group by project_id
    having count(delivery_id) filter (where webhook_deliveries.status = 'delivered') <> 1`;
  return rows.map(({ film }) => film);
}
