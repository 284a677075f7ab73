import assert from "node:assert/strict";
import { putEndpoint } from "../../supabase/functions/_shared/management/endpoints.ts";
import { deleteUserData } from "../../supabase/functions/_shared/management/installation.ts";
import { aFilm } from "../../supabase/tests/drive.ts";
import { onDatabase } from "../../supabase/tests/given.ts";
import { brokenInvariants } from "../../supabase/tests/look.ts";
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
