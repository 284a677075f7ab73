import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { only } from "./look.ts";
import { moveClock } from "./verbs.ts";

Deno.test(
  "clock is the time, moved by a setting for every connection at once",
  onDatabase(async ({ sql, openSession }) => {
    const other = await openSession();
    await other.sql`reset role`;
    const asked = () =>
      Promise.all([sql, other.sql].map((each) =>
        each`
      select extract(epoch from private.clock() - clock_timestamp())::float8 as ahead`
      ));

    for (const rows of await asked()) assert(Math.abs(only(rows).ahead) < 1);
    await moveClock(sql, 3600);
    for (const rows of await asked()) assert(Math.abs(only(rows).ahead - 3600) < 1);
  }),
);

Deno.test(
  "clock goes by the offset as it is now in the transaction that changes it, and back with its savepoint",
  onDatabase(async ({ sql }) => {
    await sql.begin(async (transaction) => {
      const ahead = async () =>
        only(
          await transaction`
        select extract(epoch from private.clock() - clock_timestamp())::float8 as ahead`,
        ).ahead;

      assert(Math.abs(await ahead()) < 1);
      await transaction.savepoint(async (savepoint) => {
        await moveClock(savepoint, 3600);
        assert(Math.abs(await ahead() - 3600) < 1);
        throw new Error("Back");
      }).catch((error: Error) => assert.equal(error.message, "Back"));
      assert(Math.abs(await ahead()) < 1);
    });
  }),
);
