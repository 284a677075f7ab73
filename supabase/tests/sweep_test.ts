import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { onDatabase } from "./given.ts";
import { claim, complete, moveClock, outliveLeases } from "./verbs.ts";

Deno.test(
  "sweep rings when a step is due, and not otherwise",
  onDatabase(async ({ sql, db, aProject }) => {
    await sweep(sql);
    assert.equal(await rings(sql), 0);

    await aProject();
    await claim(db, { answersBell: true });
    await silence(sql);
    await sweep(sql);
    assert.equal(await rings(sql), 0, "a leased step is not due");

    await outliveLeases(sql);
    await sweep(sql);
    assert.equal(await rings(sql), 1, "its lease ran out");
  }),
);

Deno.test(
  "sweep rings for a delivery that is due",
  onDatabase(async ({ sql, db, aFilmToStore }) => {
    await complete(db, await aFilmToStore());
    await silence(sql);

    await sweep(sql);

    assert.equal(await rings(sql), 1);
  }),
);

Deno.test(
  "sweep rings again only after bell_repeat_seconds without an answer",
  onDatabase(async ({ sql, aProject }) => {
    await aProject();
    await silence(sql);
    await sweep(sql);
    await sweep(sql);
    assert.equal(await rings(sql), 1);

    await moveClock(sql, 6);
    await sweep(sql);
    await sweep(sql);

    assert.equal(await rings(sql), 2);
  }),
);

async function sweep(sql: Sql): Promise<void> {
  await sql`select private.sweep()`;
}

async function rings(sql: Sql): Promise<number> {
  return (await sql`select from net.http_request_queue`).length;
}

/** As if all rings so far had been sent and answered. */
async function silence(sql: Sql): Promise<void> {
  await sql`delete from net.http_request_queue`;
  await sql`update private.bell set last_rung_at = null, unanswered_since = null`;
}
