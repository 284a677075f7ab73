import assert from "node:assert/strict";
import { FINISHED_DAYS, insertFinishedFilms } from "./finished_films.ts";
import { testDatabase } from "../local/postgres/testing.ts";

/** More than one page of each kind. */
const FILMS = 1000;

Deno.test("finished films are old enough, and in an order, for housekeeping to find all kinds of rows", async () => {
  const { sql, close } = await testDatabase();
  try {
    await insertFinishedFilms(sql, FILMS);
    await sql`
      update private.settings set value = ${FINISHED_DAYS / 2} where name like 'keep\\_days.%'`;
    await sql`update private.settings set value = '600' where name = 'housekeeping_seconds'`;

    const [row] = await sql`select private.housekeep() as deleted`;

    const { events, attempts, callbacks, deliveries, seen_deliveries } = row?.deleted;
    for (
      const [count, ofFilm] of [
        [events, 34],
        [attempts, 8],
        [callbacks, 7],
        [deliveries, 1],
        [seen_deliveries, 7],
      ]
    ) assert(Math.abs(count / ofFilm - FILMS / 2) <= 1, JSON.stringify(row?.deleted));
  } finally {
    await close();
  }
});
