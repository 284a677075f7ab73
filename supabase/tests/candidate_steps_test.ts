import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { seededRandom } from "../../chaos/random.ts";
import { CONFIGURED, insertQueue, setProviders } from "./generated_queues.ts";
import { onDatabase } from "./given.ts";

const QUEUES = 60;

Deno.test(
  "candidate_steps: whether all that is due is read, or looked for user by user, the same steps may begin",
  onDatabase(async ({ sql, empty }) => {
    let begun = 0;
    for (let seed = 1; seed <= QUEUES; seed++) {
      const random = seededRandom(seed);
      await insertQueue(sql, random);
      await setProviders(sql, random);
      for (const limit of [1, 3, 10, 40]) {
        const read = await queued(sql, limit, true);
        assert.deepEqual(await queued(sql, limit, false), read, `seed ${seed}, limit ${limit}`);
        begun += read.length;
      }
      await empty();
    }
    assert(begun > QUEUES * 10, `${begun} steps: too few to tell`);
  }),
);

async function queued(sql: Sql, limit: number, areFew: boolean) {
  const rows = await sql`
    select step_id, turn::int
    from private.queued_steps(${limit}, ${sql.json(CONFIGURED)}, private.clock(), ${areFew})`;
  return [...rows];
}
