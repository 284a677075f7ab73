import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { z } from "zod";
import { countDoorRequests } from "../functions/_shared/door_counts.ts";
import { readMetrics } from "../functions/_shared/management/figures.ts";
import { onDatabase } from "./given.ts";
import { moveClock } from "./verbs.ts";

const Door = z.object({
  by_status: z.record(z.string(), z.number()),
  ms_total: z.number(),
  requests_by_ms: z.record(z.string(), z.number()),
});
const Doors = z.record(z.string(), Door);
const Metrics = z.object({ doors: Doors, doors_ever: Doors });

const TWO = { status: 200, requests: 2, ms_total: 9, requests_by_ms: { "5": 1, "10": 1 } };
const ONE = { status: 401, requests: 1, ms_total: 3, requests_by_ms: { "5": 1 } };
const DAY = 86_400;

async function fold(sql: Sql): Promise<number> {
  const [row] = await sql`select private.fold_door_requests() as n`;
  return row?.n;
}

async function rollUp(sql: Sql): Promise<number> {
  const [row] = await sql`select private.roll_up_door_requests() as n`;
  return row?.n;
}

Deno.test(
  "door_metrics sums what isolates reported, by door, status and duration",
  onDatabase(async ({ db }) => {
    await countDoorRequests(db, "fal-webhook", [TWO, ONE]);
    await countDoorRequests(db, "fal-webhook", [TWO]);
    await countDoorRequests(db, "webhook", [ONE]);

    const { doors, doors_ever } = Metrics.parse(await readMetrics(db, DAY));

    assert.deepEqual(doors, {
      "fal-webhook": {
        by_status: { "200": 4, "401": 1 },
        ms_total: 21,
        requests_by_ms: { "5": 3, "10": 2 },
      },
      "webhook": { by_status: { "401": 1 }, ms_total: 3, requests_by_ms: { "5": 1 } },
    });
    assert.deepEqual(doors_ever, doors);
  }),
);

Deno.test(
  "door_metrics forgets what is older than the window, and never what makes up the totals",
  onDatabase(async ({ db, sql }) => {
    await countDoorRequests(db, "webhook", [TWO]);
    await moveClock(sql, 9 * DAY);
    await countDoorRequests(db, "webhook", [TWO, ONE]);
    const before = Metrics.parse(await readMetrics(db, DAY));

    assert.equal(await fold(sql), 1);
    assert.equal(await fold(sql), 0);
    const after = Metrics.parse(await readMetrics(db, DAY));

    assert.deepEqual(before.doors.webhook?.by_status, { "200": 2, "401": 1 });
    assert.deepEqual(before.doors_ever.webhook?.by_status, { "200": 4, "401": 1 });
    assert.deepEqual(after, before);

    await moveClock(sql, 18 * DAY);
    assert.equal(await fold(sql), 2);
    assert.deepEqual(Metrics.parse(await readMetrics(db, DAY)).doors_ever, before.doors_ever);
  }),
);

Deno.test(
  "roll_up_door_requests leaves one row an hour, door and status, and every sum as it was",
  onDatabase(async ({ db, sql }) => {
    for (let i = 0; i < 3; i++) await countDoorRequests(db, "webhook", [TWO, ONE]);
    await countDoorRequests(db, "fal-webhook", [TWO]);
    assert.equal(await rollUp(sql), 0, "the last hour stays as it came");
    await moveClock(sql, 2 * 3600);
    await countDoorRequests(db, "webhook", [TWO]);
    const before = Metrics.parse(await readMetrics(db, DAY));

    assert.equal(await rollUp(sql), 7);
    assert.equal(await rollUp(sql), 0);

    assert.deepEqual(Metrics.parse(await readMetrics(db, DAY)), before);
    const [rows] = await sql`
      select count(*)::int as n, count(*) filter (where is_rolled_up)::int as rolled
      from private.door_requests`;
    assert(rows);
    assert(rows.rolled >= 3 && rows.rolled <= 6, "three, or twice that over a change of hour");
    assert.equal(rows.n, rows.rolled + 1);
  }),
);
