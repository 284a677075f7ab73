import assert from "node:assert/strict";
import { handMadeWorld } from "../testing/hand_made_world.ts";
import { createRateLimit } from "./rate_limit.ts";
import { refusingUrl, type Seen, withServer } from "../testing/loopback.ts";

const TOKEN = "token-of-redis";

function aLimit(url: string) {
  const world = handMadeWorld({
    env: { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: TOKEN },
    sql: { count_limit_hits: null },
  });
  world.clock.now = Date.now();
  return { ...world, limit: createRateLimit("RATE_LIMIT_FAL", 2, world.deps) };
}

/** Answers each script of a pipeline (Upstash's REST API: a JSON list of commands) with what is left. */
function redis(left: number[]): (request: Seen) => Response {
  return ({ body }) => {
    const commands: unknown[] = JSON.parse(body);
    return Response.json(commands.map(() => ({ result: [left.shift() ?? -1, 2] })));
  };
}

Deno.test("with Upstash's variables the limit is Redis's, and Postgres only hears of refusals", async () => {
  await withServer(redis([1, 0, -1]), async ({ url, seen }) => {
    const { limit, calls, settled } = aLimit(url);

    assert.equal(await limit.taken("192.0.2.1"), null);
    assert.equal(await limit.taken("192.0.2.1"), null);
    const stayAway = await limit.taken("192.0.2.1");

    assert.ok(stayAway !== null && stayAway >= 1 && stayAway <= 60, `${stayAway}`);
    assert.equal(seen[0]?.headers.get("authorization"), `Bearer ${TOKEN}`);
    assert.match(seen[0]?.body ?? "", /reelay:RATE_LIMIT_FAL:192\.0\.2\.1/);
    await settled();
    assert.deepEqual(calls.map(({ name }) => name), ["count_limit_hits"]);
  });
});

Deno.test("who is over the limit is refused without asking Redis again", async () => {
  await withServer(redis([-1]), async ({ url, seen }) => {
    const { limit } = aLimit(url);

    for (let i = 0; i < 5; i++) assert.notEqual(await limit.taken("192.0.2.1"), null);

    assert.equal(seen.length, 1);
  });
});

Deno.test("a Redis that is away, or answers with an error, lets requests pass and is logged", async () => {
  const away = aLimit(refusingUrl());
  assert.equal(await away.limit.taken("192.0.2.1"), null);
  assert.match(away.lines.join(), /"event":"rate_limit.redis_away"/);
  assert.ok(!away.lines.join().includes(TOKEN));

  await withServer(() => Response.json({ error: "ERR" }, { status: 500 }), async ({ url }) => {
    const broken = aLimit(url);
    assert.equal(await broken.limit.taken("192.0.2.1"), null);
    assert.match(broken.lines.join(), /"event":"rate_limit.redis_away"/);
  });
});

Deno.test("an address that is none is logged, and Postgres counts instead", async () => {
  const { limit, lines, calls, settled } = aLimit("redis.example without a scheme");

  const answers = [];
  for (let i = 0; i < 3; i++) answers.push(await limit.taken("192.0.2.1"));
  await settled();

  assert.deepEqual(answers.map((answer) => answer === null), [true, true, false]);
  assert.match(lines.join(), /"event":"rate_limit.redis_not_configured"/);
  assert.ok(!lines.join().includes(TOKEN));
  assert.ok(calls.some(({ name }) => name === "count_requests"));
});
