import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { errorsOf, only } from "./look.ts";
import { callback, moveClock, submit } from "./verbs.ts";

Deno.test(
  "expire_buffered calls a callback unknown that nothing matched for 24 hours",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await callback(db, work, { token: null });

    await moveClock(sql, 86_399);
    await sql`select private.sweep()`;
    assert.equal(only(await sql`select status from public.webhook_logs`).status, "pending");

    await moveClock(sql, 2);
    await sql`select private.sweep()`;
    const log = only(await sql`select status, outcome, error from public.webhook_logs`);
    const reason = "Nothing appeared that it could be about";
    assert.deepEqual(log, { status: "error", outcome: "unknown", error: reason });
    assert.deepEqual(await errorsOf(sql, "webhook"), [reason]);
  }),
);

Deno.test(
  "expire_buffered lets the sender's next try be processed",
  onDatabase(async ({ db, sql, aClaimedClip }) => {
    const work = await aClaimedClip();
    await callback(db, work, { token: null });
    await moveClock(sql, 86_401);
    await sql`select private.sweep()`;

    assert.equal((await callback(db, work, { token: null })).outcome, "buffered");
    assert.equal(await submit(db, work), "applied");
    const logs = await sql`select outcome from public.webhook_logs order by received_at`;
    assert.deepEqual(logs.map(({ outcome }) => outcome), ["unknown", "applied"]);
  }),
);
