import assert from "node:assert/strict";
import fc from "fast-check";
import type { Sql } from "postgres";
import type { StepWork } from "../functions/_shared/transitions/steps.ts";
import { driveToTheEnd } from "./film_players.ts";
import { onDatabase } from "./given.ts";
import { brokenInvariants } from "./look.ts";
import { make, type Move, moves } from "./model.ts";

Deno.test(
  "whatever happens in whatever order, no promise is broken, nobody pays twice, every film ends",
  onDatabase(async (given) => {
    const { db, sql } = given;
    await fc.assert(
      fc.asyncProperty(moves, async (sequence: Move[]) => {
        await given.empty();
        const works: StepWork[] = [];
        for (const move of sequence) {
          await make(move, given, works);
          assert.deepEqual(await brokenInvariants(sql), [], JSON.stringify(move));
        }
        assert.deepEqual(await paidTwice(sql), []);

        await driveToTheEnd(db, sql);

        assert.deepEqual(await brokenInvariants(sql), []);
        assert.deepEqual(await paidTwice(sql), []);
        assert.deepEqual(await unended(sql), []);
        assert.deepEqual(await untold(sql), []);
      }),
      { numRuns: 15 },
    );
  }),
);

/** Steps with an attempt after one that had not failed by the provider's own word. */
async function paidTwice(sql: Sql): Promise<string[]> {
  const rows = await sql`
    select earlier.attempt_id || ' is ' || earlier.status as earlier
    from private.attempts as earlier
    join private.attempts as later using (step_id)
    join private.steps using (step_id)
    where later.number > earlier.number
      and not (
        earlier.status = 'failed'
        and (earlier.error_message = 'It broke' or steps.kind in ('store_film', 'cancel_request'))
      )`;
  return rows.map(({ earlier }) => earlier);
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
