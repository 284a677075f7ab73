import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { seededRandom } from "../../chaos/random.ts";
import { CONFIGURED, insertQueue, setProviders } from "./generated_queues.ts";
import { onDatabase } from "./given.ts";
import { claim, PROVIDERS } from "./verbs.ts";

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

Deno.test(
  "candidate_steps: what waits for a provider that nobody has hides no test film, however much there is of it",
  onDatabase(async ({ sql, db, aProject }) => {
    const nobody = { ...PROVIDERS, generate_clip: "test" } as const;
    for (let n = 0; n < 12; n++) {
      await aProject({
        user_id: `waits-${n}`,
        video_id: `video-${n}`,
        scenes: Array(10).fill("cut"),
      });
    }
    const trial = await aProject({ user_id: "tries-out", execution_mode: "test" });
    const own = await aProject({ user_id: "waits-0", video_id: "trial", execution_mode: "test" });

    const works = await claim(db, { limit: 10, providers: nobody });

    assert.deepEqual(works.map(({ project_id }) => project_id).toSorted(), [trial, own].toSorted());
    assert.equal((await sql`select from private.steps where status = 'queued'`).length, 120);
  }),
);

async function queued(sql: Sql, limit: number, areFew: boolean) {
  const rows = await sql`
    select step_id, turn::int
    from private.queued_steps(${limit}, ${sql.json(CONFIGURED)}, private.clock(), ${areFew})`;
  return [...rows];
}
