import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { onDatabase } from "./given.ts";
import { fail } from "./verbs.ts";

Deno.test(
  "retry_delay is a random part of a cap that doubles, up to retry_cap_seconds",
  onDatabase(async ({ sql }) => {
    for (const [attempts, cap] of [[1, 2], [2, 4], [3, 8], [6, 60], [50, 60]] as const) {
      const waits = await delays(sql, attempts, null);

      assert(Math.min(...waits) >= 0 && Math.max(...waits) <= cap, `${attempts}: within ${cap} s`);
      assert(Math.max(...waits) > cap / 2, `${attempts}: uses the whole of ${cap} s`);
      assert(Math.min(...waits) < cap / 2, `${attempts}: is spread`);
    }
  }),
);

Deno.test(
  "retry_delay is at least what the provider asked for, up to retry_after_cap_seconds",
  onDatabase(async ({ sql }) => {
    assert(Math.min(...await delays(sql, 1, 90)) === 90);
    assert(Math.max(...await delays(sql, 1, 90)) === 90);
    assert(Math.max(...await delays(sql, 1, 86_400)) === 3600);
  }),
);

Deno.test(
  "a retried step is due after its backoff, or when the provider asked for it",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const soon = await aClaimedClip();
    await fail(db, soon, { retryable: true });
    const later = await aClaimedClip({ video_id: "video-2" });
    await fail(db, later, { retryable: true, retry_after: 30 });

    // By the row's own times: how long ago that was says nothing.
    const [first, second] = [await waitOf(sql, soon.step_id), await waitOf(sql, later.step_id)];
    assert(first <= 2, `due in ${first} s`);
    assert(second > 29.9 && second <= 30, `due in ${second} s`);
  }),
);

async function delays(sql: Sql, attempts: number, retryAfter: number | null): Promise<number[]> {
  const rows = await sql<{ wait: number }[]>`
    select extract(epoch from private.retry_delay(${attempts}, ${retryAfter}))::float8 as wait
    from generate_series(1, 100)`;
  return rows.map(({ wait }) => wait);
}

async function waitOf(sql: Sql, stepId: string): Promise<number> {
  const [step] = await sql<{ wait: number }[]>`
    select extract(epoch from due_at - updated_at)::float8 as wait
    from private.steps where step_id = ${stepId}`;
  return step?.wait ?? NaN;
}
