import assert from "node:assert/strict";
import type { TransactionSql } from "postgres";
import { changeProject } from "../functions/_shared/management/films.ts";
import { recordDelivery } from "../functions/_shared/transitions/deliveries.ts";
import { OK } from "./endpoints.ts";
import { type Given, onDatabase } from "./given.ts";
import { BREAKS } from "./invariant_breaks.ts";
import { brokenInvariants } from "./look.ts";
import { callback, claim, claimDeliveries, complete, moveClock, submit } from "./verbs.ts";

Deno.test(
  "check_invariants finds nothing wrong with films at every stage",
  onDatabase(async (given) => {
    await films(given);

    assert.deepEqual(await brokenInvariants(given.sql), []);
  }),
);

Deno.test(
  "check_invariants names each promise that is broken by hand",
  onDatabase(async (given) => {
    await films(given);

    for (const [invariant, statement] of Object.entries(BREAKS)) {
      const found = await breakAndUndo(given, statement);
      assert(
        found.includes(invariant),
        `"${invariant}" went unnoticed; found: ${found.join("; ")}`,
      );
    }
  }),
);

Deno.test(
  "check_invariants has a break by hand for each of its invariants",
  onDatabase(async ({ sql }) => {
    const rows = await sql<{ name: string }[]>`
      select name[1] as name
      from pg_proc, regexp_matches(prosrc, 'select ''((?:[^'']|'''')+)'',', 'g') as name
      where pronamespace = 'private'::regnamespace
        and (proname = 'check_invariants' or proname like 'broken\\_%')`;

    assert.deepEqual(
      rows.map(({ name }) => name.replaceAll("''", "'")).sort(),
      Object.keys(BREAKS).sort(),
    );
  }),
);

Deno.test(
  "check_invariants misses nothing of a film that is preferred after its deliveries have been pruned",
  onDatabase(async ({ sql, db, aFilmToStore }) => {
    const work = await aFilmToStore({ notify: true });
    await complete(db, work);
    for (const delivery of await claimDeliveries(db)) await recordDelivery(db, delivery, OK);
    await moveClock(sql, 91 * 86_400);
    await sql`select private.housekeep()`;
    assert.deepEqual([...await sql`select from public.webhook_deliveries`], []);

    await changeProject(db, "prefer", { projectId: work.project_id, reason: null });

    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

/** One completed and delivered, one cancelled, one waiting for its clip, one paused, one failed. */
async function films(given: Given): Promise<void> {
  const { sql, db } = given;
  const done = await given.aFilmToStore({ user_id: "done", notify: true });
  await complete(db, done);
  for (const delivery of await claimDeliveries(db)) {
    await recordDelivery(db, delivery, {
      status_code: 200,
      error: null,
      duration_ms: 1,
      response_excerpt: null,
      retry_after: null,
    });
  }

  const cancelled = await given.aSubmittedClip({ user_id: "cancelled" });
  await sql`select public.cancel_project(${cancelled.project_id})`;
  const paused = await given.aProject({ user_id: "paused" });
  await sql`select public.pause_project(${paused})`;
  const failed = await given.aSubmittedClip({ user_id: "failed" });
  await callback(db, failed, {
    result: { state: "failed", error: { message: "No", retryable: false } },
  });
  const waiting = await given.aProject({
    user_id: "waiting",
    scenes: ["last_frame", "cut"],
    clips: 2,
  });
  const works = (await claim(db)).filter(({ project_id }) => project_id === waiting);
  for (const work of works) await submit(db, work);
}

/** What is said to be broken after the statement, which leaves no trace. */
async function breakAndUndo({ sql }: Given, statement: string): Promise<string[]> {
  const undone = new Error("Undone");
  let found: string[] = [];
  await sql.begin(async (transaction: TransactionSql) => {
    // Neither triggers nor foreign keys keep it whole.
    await transaction`set local session_replication_role = replica`;
    const { count } = await transaction.unsafe(statement).simple().then((results) =>
      Array.isArray(results) && "count" in results ? results : { count: 1 }
    );
    assert.notEqual(count, 0, `It changes nothing: ${statement}`);
    const rows = await transaction`select invariant from private.check_invariants()`;
    found = rows.map(({ invariant }) => invariant);
    throw undone;
  }).catch((error) => {
    if (error !== undone) throw error;
  });
  return found;
}
