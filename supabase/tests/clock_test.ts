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
