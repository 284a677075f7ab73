import assert from "node:assert/strict";
import { handMadeWorld } from "../../supabase/functions/_shared/testing/hand_made_world.ts";
import { createRateLimit } from "../../supabase/functions/_shared/limits/rate_limit.ts";
import { onStack } from "../pipeline/film_stack.ts";
import { startUpstash, type Upstash } from "./upstash.ts";

const LIMIT = 5;

function onUpstash(test: (upstash: Upstash, t: Deno.TestContext) => Promise<void>) {
  return async (t: Deno.TestContext) => {
    const upstash = await startUpstash();
    if (upstash === null) return;
    try {
      await test(upstash, t);
    } finally {
      await upstash.stop();
    }
  };
}

function variables({ url, token }: Upstash): Record<string, string> {
  return { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token };
}

/** One isolate's. */
function aLimit(upstash: Upstash, env: Record<string, string> = {}) {
  const world = handMadeWorld({
    env: { ...variables(upstash), ...env },
    sql: { count_limit_hits: null },
  });
  world.clock.now = Date.now();
  return { ...world, limit: createRateLimit("RATE_LIMIT_FAL", LIMIT, world.deps) };
}

Deno.test(
  "isolates share one limit in Redis, an address for itself, and those who are over it wait",
  onUpstash(async (upstash) => {
    const isolates = [aLimit(upstash), aLimit(upstash), aLimit(upstash)];
    const takings = isolates.flatMap(({ limit }) =>
      Array.from({ length: LIMIT }, () => limit.taken("192.0.2.1"))
    );
    const answers = await Promise.all(takings);

    const passed = answers.filter((answer) => answer === null).length;
    const away = isolates.flatMap(({ lines }) => lines).length;
    // A window of Upstash's that begins meanwhile counts the one before by its share; who has waited
    // for a second on a busy machine passes as well, and is in the log.
    assert.ok(passed >= LIMIT && passed <= LIMIT + 2 + away, `${passed} passed, ${away} unasked`);
    assert.ok(passed < takings.length);
    for (const wait of answers) assert.ok(wait === null || wait >= 1 && wait <= 60, `${wait}`);
    assert.equal(await isolates[0]?.limit.taken("192.0.2.2"), null);
    assert.ok(upstash.commands.length >= 2, "each address costs a command");
  }),
);

Deno.test(
  "with a wrong token requests pass, and the log says that Redis is not to be had",
  onUpstash(async (upstash) => {
    const { limit, lines } = aLimit(upstash, { UPSTASH_REDIS_REST_TOKEN: "wrong" });
    assert.equal(await limit.taken("192.0.2.1"), null);
    assert.match(lines.join(), /rate_limit\.redis_away/);
  }),
);

Deno.test(
  "a door whose limits are in Redis refuses what is over them, and counts nothing in Postgres",
  onUpstash(async (upstash, t) => {
    await onStack(
      async ({ post, sql }) => {
        const statuses: number[] = [];
        for (let n = 0; n < 4 * LIMIT; n++) {
          const body = { task_id: `task_${n}`, status: "failed", error: "Out of order" };
          const { status } = await post("/stitch-complete", body, {
            secret: "STITCH_WEBHOOK_SECRET",
          });
          statuses.push(status);
        }
        assert.ok(statuses.indexOf(429) >= LIMIT, statuses.join());
        const [counted] = await sql`select count(*)::int as n from private.request_counts`;
        assert.equal(counted?.n, 0);
      },
      {},
      { env: { ...variables(upstash), RATE_LIMIT_STITCH: `${LIMIT}` } },
    )(t);
  }),
);
