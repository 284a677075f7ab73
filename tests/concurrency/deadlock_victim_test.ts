import assert from "node:assert/strict";
import { onDatabase } from "../../supabase/tests/given.ts";
import { brokenInvariants, chunksOf, only } from "../../supabase/tests/look.ts";
import { priceClips } from "../../supabase/tests/prices.ts";
import { callback, submit } from "../../supabase/tests/verbs.ts";
import { untilWaiting } from "./races.ts";

Deno.test(
  "a buffered callback that meets a migration is not lost: its submission is undone and recorded again",
  onDatabase(async ({ sql, db, aClaimedClip, openSession }) => {
    await priceClips(sql, 0.1);
    const work = await aClaimedClip();
    assert.equal((await callback(db, work, { token: null })).outcome, "buffered");
    const [migration, runner] = [await openSession(), await openSession()];
    await migration.sql`reset role`;
    await migration.sql`set deadlock_timeout = '1h'`;

    await migration.sql`begin`;
    await migration.sql`lock table private.ledger in share row exclusive mode`;
    const undone = assert.rejects(submit(runner.db, work), { code: "40P01" });
    await untilWaiting(sql, runner);
    await migration.sql`lock table private.steps in share row exclusive mode`;
    await undone;
    await migration.sql`commit`;

    assert.equal(await submit(runner.db, work), "applied");
    const { status } = only(await sql`select status from public.webhook_logs`);
    assert.equal(status, "success");
    assert.equal(only(await chunksOf(sql, work.project_id)).status, "COMPLETED");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
