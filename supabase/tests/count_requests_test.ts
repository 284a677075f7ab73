import assert from "node:assert/strict";
import type { Database } from "../functions/_shared/database.ts";
import { createRateLimit } from "../functions/_shared/limits/rate_limit.ts";
import { onDatabase } from "./given.ts";
import { moveClock } from "./verbs.ts";

const MINUTE = 60_000;

/** An isolate of a door that allows three requests a minute. */
function anIsolate(db: Database, what = "RATE_LIMIT_FAL") {
  const clock = { now: Date.now() };
  const later: Promise<unknown>[] = [];
  const limit = createRateLimit(what, 3, {
    get: () => undefined,
    db,
    now: () => clock.now,
    wait: () => Promise.resolve(),
    later: (work) => later.push(work),
    log: (event, fields) => assert.fail(`${event} ${JSON.stringify(fields)}`),
  });
  return {
    clock,
    async takes(address: string): Promise<number | null> {
      const stayAway = await limit.taken(address);
      await Promise.all(later);
      return stayAway;
    },
  };
}

Deno.test(
  "count_requests makes one limit of what two isolates let through",
  onDatabase(async ({ db }) => {
    const [one, two] = [anIsolate(db), anIsolate(db)];

    assert.equal(await one.takes("a"), null);
    assert.equal(await one.takes("a"), null);
    assert.equal(await two.takes("b"), null);
    assert.equal(await two.takes("a"), null);
    const stayAway = await two.takes("a");

    assert(stayAway !== null && stayAway > 50 && stayAway <= 60, `${stayAway}`);
    assert.equal(await two.takes("b"), null);
  }),
);

Deno.test(
  "count_requests forgets after a minute, by the database's clock alone",
  onDatabase(async ({ db, sql }) => {
    const [one, two] = [anIsolate(db), anIsolate(db)];
    two.clock.now += 1000 * MINUTE;
    for (let i = 0; i < 3; i++) await one.takes("a");
    await two.takes("b");
    assert.notEqual(await two.takes("a"), null);

    await moveClock(sql, 61);
    two.clock.now += MINUTE;
    await two.takes("b");

    assert.equal(await two.takes("a"), null);
  }),
);

Deno.test(
  "count_requests keeps doors apart",
  onDatabase(async ({ db }) => {
    const [one, two] = [anIsolate(db), anIsolate(db, "RATE_LIMIT_VIDEO")];

    for (let i = 0; i < 3; i++) await one.takes("a");
    await two.takes("b");

    assert.equal(await two.takes("a"), null);
  }),
);

Deno.test(
  "count_requests never waits for another isolate",
  onDatabase(async ({ db, openSession }) => {
    const held = await openSession();
    await held.sql`begin`;
    await anIsolate(held.db).takes("a");

    // It would hang here, were there a row that both update.
    assert.equal(await anIsolate(db).takes("a"), null);
    await held.sql`rollback`;
  }),
);

Deno.test(
  "prune_request_counts deletes what no limit looks at any more",
  onDatabase(async ({ db, sql }) => {
    await anIsolate(db).takes("a");
    const pruned = async () => (await sql`select private.prune_request_counts() as n`)[0]?.n;

    await moveClock(sql, 119);
    assert.equal(await pruned(), 0);
    await moveClock(sql, 2);
    assert.equal(await pruned(), 1);
  }),
);

Deno.test(
  "read_metrics tells how often each limit refused somebody",
  onDatabase(async ({ db, sql }) => {
    const isolate = anIsolate(db);
    for (let i = 0; i < 5; i++) await isolate.takes("a");
    const other = anIsolate(db, "source:crm");
    for (let i = 0; i < 4; i++) await other.takes("a");
    const hits = async () => (await sql`select public.read_metrics() as m`)[0]?.m.rate_limit_hits;

    assert.deepEqual(await hits(), { "RATE_LIMIT_FAL": 2, "source:crm": 1 });
    await moveClock(sql, 86_401);
    assert.deepEqual(await hits(), {});
  }),
);
