import assert from "node:assert/strict";
import type { Database } from "../../supabase/functions/_shared/database.ts";
import { deleteEndpoint } from "../../supabase/functions/_shared/management/endpoints.ts";
import { deleteUserData } from "../../supabase/functions/_shared/management/installation.ts";
import {
  claimDeliveries,
  recordDeliveries,
} from "../../supabase/functions/_shared/transitions/deliveries.ts";
import { anEndpoint, OK, queueTo } from "../../supabase/tests/endpoints.ts";
import { onDatabase } from "../../supabase/tests/given.ts";
import { brokenInvariants } from "../../supabase/tests/look.ts";
import { untilWaiting } from "./races.ts";

for (
  const [what, take] of [
    ["an endpoint", (db: Database, id: string) => deleteEndpoint(db, id)],
    ["a user", (db: Database) => deleteUserData(db, "user-1")],
  ] as const
) {
  Deno.test(
    `who deletes ${what} takes deliveries in the order in which a page is recorded`,
    onDatabase(async (given) => {
      const { sql, db, openSession } = given;
      const { id } = await anEndpoint(given);
      const [first = "", second = ""] = (await queueTo(sql, id, 2)).toSorted();
      // What goes with its endpoint.
      await sql`update public.webhook_deliveries set type = 'endpoint.test'`;
      const { deliveries } = await claimDeliveries(db, 2);
      // A table is read as it lies, and what is written anew lies behind the rest.
      await sql`update public.webhook_deliveries set url = url where delivery_id = ${first}`;
      const [runner, operator] = [await openSession(), await openSession()];
      const record = (id: string) =>
        recordDeliveries(
          runner.db,
          deliveries.filter((work) => work.delivery_id === id).map((work) => ({
            work,
            result: OK,
          })),
        );

      await runner.sql`begin`;
      await record(first);
      const deleted = take(operator.db, id);
      await untilWaiting(sql, operator);
      await record(second);
      await runner.sql`commit`;

      await deleted;
      assert.deepEqual([...await sql`select from public.webhook_deliveries`], []);
      assert.deepEqual(await brokenInvariants(sql), []);
    }),
  );
}

Deno.test(
  "who deletes a user holds none of their deliveries while somebody has their endpoint",
  onDatabase(async (given) => {
    const { sql, openSession } = given;
    const events = ["scene.started", "video.generation.cancelled"];
    const { id } = await anEndpoint(given, { batch_size: 2, batch_ms: 60_000, events });
    await given.aSubmittedClip({ callback_url: null });
    const waiting =
      await sql`select delivery_id from public.webhook_deliveries where lane = ${id} and status = 'pending'`;
    assert.equal(waiting.length, 1);
    const [claimer, operator] = [await openSession(), await openSession()];
    await claimer.sql`reset role`;

    await claimer.sql`begin`;
    await claimer.sql`select from private.endpoints for no key update`;
    const deleted = deleteUserData(operator.db, "user-1");
    await untilWaiting(sql, operator);
    await claimer.sql`
      update public.webhook_deliveries set due_at = due_at
      where delivery_id = ${waiting[0]?.delivery_id}`;
    await claimer.sql`commit`;

    assert.equal((await deleted).cancelled, 1);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "who deletes a user takes batches before what travels in them, as everybody does",
  onDatabase(async (given) => {
    const { sql, db, openSession } = given;
    const { id } = await anEndpoint(given, { batch_size: 2 });
    await queueTo(sql, id, 2);
    const { deliveries: [batch] } = await claimDeliveries(db, 10);
    assert(batch);
    const [sweeper, operator] = [await openSession(), await openSession()];
    await sweeper.sql`reset role`;

    await sweeper.sql`begin`;
    await sweeper.sql`
      select from public.webhook_deliveries where delivery_id = ${batch.delivery_id} for no key update`;
    const deleted = deleteUserData(operator.db, "user-1");
    await untilWaiting(sql, operator);
    const travelling = await sweeper.sql`
      update public.webhook_deliveries set updated_at = updated_at
      where batch_id = ${batch.delivery_id} returning 1`;
    await sweeper.sql`commit`;

    assert.equal(travelling.length, 2);
    await deleted;
    assert.deepEqual([...await sql`select from public.webhook_deliveries`], []);
  }),
);
