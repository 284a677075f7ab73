import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";

Deno.test(
  "note_invariants keeps what it found, and looks again at its next turn",
  onDatabase(async ({ sql, aProject }) => {
    await sql`select private.note_invariants()`;
    await aProject();
    await sql`update private.steps set status = 'cancelled'`;

    await sql`select private.note_invariants()`;

    const [check] =
      await sql`select broken::int, took >= '0' as is_timed from private.invariant_check`;
    assert.deepEqual({ ...check }, { broken: 1, is_timed: true });
  }),
);

Deno.test(
  "note_invariants takes a twentieth of the time at most",
  onDatabase(async ({ sql }) => {
    await sql`select private.note_invariants()`;
    await sql`
      update private.invariant_check
      set checked_at = 'yesterday', took = '1 minute', tried_at = clock_timestamp() - interval '19 minutes'`;
    const seen = async () => {
      await sql`select private.note_invariants()`;
      return (await sql`select checked_at > 'today' as again from private.invariant_check`)[0]
        ?.again;
    };
    assert.equal(await seen(), false);

    await sql`update private.invariant_check set tried_at = tried_at - interval '1 minute'`;
    assert.equal(await seen(), true);

    await sql`update private.invariant_check set checked_at = 'yesterday', took = '1 day', tried_at = 'tomorrow'`;
    assert.equal(await seen(), true, "though the clock was set back");
  }),
);

Deno.test(
  "note_invariants that is broken off keeps what was found before, and waits as long",
  onDatabase(async ({ sql, openSession }) => {
    await sql`select private.note_invariants()`;
    await sql`update private.invariant_check set broken = 7, tried_at = null`;
    const { sql: own } = await openSession();
    await own`reset role`;
    await own`set statement_timeout = '50ms'`;

    await sql.begin(async (transaction) => {
      await transaction`lock table public.scenes`;
      await own`select private.note_invariants()`;
    });

    const [check] = await sql`
      select broken::int, took > '0' as is_timed, tried_at is not null as is_tried from private.invariant_check`;
    assert.deepEqual({ ...check }, { broken: 7, is_timed: true, is_tried: true });
  }),
);
