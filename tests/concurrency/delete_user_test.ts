import assert from "node:assert/strict";
import { putEndpoint } from "../../supabase/functions/_shared/management/endpoints.ts";
import { deleteUserData } from "../../supabase/functions/_shared/management/installation.ts";
import { aFilm } from "../../supabase/tests/drive.ts";
import { onDatabase } from "../../supabase/tests/given.ts";
import { brokenInvariants, projectOf } from "../../supabase/tests/look.ts";
import { priceClips } from "../../supabase/tests/prices.ts";
import { callback, claim, moveClock, submit } from "../../supabase/tests/verbs.ts";
import { untilWaiting } from "./races.ts";

Deno.test(
  "two who delete a user do not deadlock over an endpoint that is made meanwhile, and leave none",
  onDatabase(async (given) => {
    const { sql, db, openSession } = given;
    const film = await aFilm(given);
    const [holder, one, other] = [await openSession(), await openSession(), await openSession()];
    await holder.sql`reset role`;

    await holder.sql`begin`;
    await holder.sql`select private.lock_project(${film})`;
    const first = deleteUserData(one.db, "user-1");
    await untilWaiting(sql, one);
    await putEndpoint(db, null, { user_id: "user-1", url: "https://desk.test/hook" });
    const second = deleteUserData(other.db, "user-1");
    await untilWaiting(sql, other);
    await holder.sql`commit`;

    assert.deepEqual([(await first).done, (await second).done], [false, true]);
    assert.deepEqual([...await sql`select from private.endpoints`], []);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a price that changes while a user with films under way is deleted waits for that, and none of both for ever",
  onDatabase(async ({ sql, db, aProject, openSession }) => {
    await priceClips(sql, 0.1);
    const older = await aProject({ video_id: "video-2", max_cost_usd: 1 });
    const newer = await aProject({ video_id: "video-1", max_cost_usd: 1 });
    for (const work of await claim(db)) await submit(db, work);
    const [claimer, operator, pricer] = await Promise.all([1, 2, 3].map(openSession));
    assert(claimer && operator && pricer);
    await claimer.sql`reset role`;
    await pricer.sql`reset role`;

    await claimer.sql`begin`;
    await claimer.sql`select from private.steps where project_id = ${newer} for no key update`;
    const deleted = deleteUserData(operator.db, "user-1");
    await untilWaiting(sql, operator);
    const priced = pricer.sql`update private.prices set usd_per_second = 9 where source = 'a test'`
      .execute();
    await untilWaiting(sql, pricer);
    await claimer.sql`commit`;

    assert.equal((await deleted).cancelled, 2);
    await priced;
    for (const id of [older, newer]) assert.equal((await projectOf(sql, id)).status, "cancelled");
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "a sweep that gives a callback up while its film's user is deleted does not deadlock",
  onDatabase(async ({ sql, db, aClaimedClip, openSession }) => {
    const work = await aClaimedClip();
    await sql`select public.cancel_project(${work.project_id})`;
    assert.equal((await callback(db, work, { token: null })).outcome, "buffered");
    await submit(db, work);
    const [sweeper, operator] = [await openSession(), await openSession()];
    await sweeper.sql`reset role`;

    await sweeper.sql`begin`;
    await sweeper.sql`select from public.webhook_logs for no key update`;
    const deleted = operator.sql`select public.delete_user_data('user-1', p_waits => false)`
      .execute();
    await untilWaiting(sql, operator);
    await moveClock(sql, 86_401);
    await sweeper.sql`select private.expire_buffered()`;
    await sweeper.sql`commit`;

    await deleted;
    assert.deepEqual([...await sql`select from public.webhook_logs`], []);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);
