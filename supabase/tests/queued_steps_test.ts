import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";
import { claim, submit } from "./verbs.ts";

Deno.test(
  "queued_steps lets users take turns: many films of one do not hold up another one's first",
  onDatabase(async ({ db, sql, aProject }) => {
    await aProject({ user_id: "busy", scenes: Array(12).fill("cut") });
    const patient = await aProject({ user_id: "patient", scenes: ["cut", "cut"] });

    const [one, two, three, four] = await claim(db, { limit: 4 });

    const owners = [one, two, three, four].map((work) => work?.project_id === patient);
    assert.equal(owners.filter(Boolean).length, 2);
    assert.equal((await sql`select from private.steps where status = 'running'`).length, 4);
  }),
);

Deno.test(
  "queued_steps gives a provider no more than max_in_flight, waiting ones counted",
  onDatabase(async ({ db, sql, aProject }) => {
    await sql`update private.providers set max_in_flight = 3 where name = 'fal'`;
    await aProject({ scenes: Array(5).fill("cut") });

    const works = await claim(db);
    for (const work of works) await submit(db, work);

    assert.equal(works.length, 3);
    assert.deepEqual(await claim(db), []);
  }),
);

Deno.test(
  "queued_steps gives one user no more than max_in_flight_per_user",
  onDatabase(async ({ db, sql, aProject }) => {
    await sql`update private.providers set max_in_flight_per_user = 1 where name = 'fal'`;
    await aProject({ user_id: "a", scenes: ["cut", "cut"] });
    await aProject({ user_id: "b", scenes: ["cut", "cut"] });

    const owners = (await claim(db)).map(({ project_id }) => project_id);

    assert.deepEqual([owners.length, new Set(owners).size], [2, 2]);
  }),
);

Deno.test(
  "queued_steps gives a paused provider nothing, and the row named * pauses every one",
  onDatabase(async ({ db, sql, aProject }) => {
    await aProject();
    for (const name of ["fal", "*"]) {
      await sql`update private.providers set is_paused = name = ${name}`;
      assert.deepEqual(await claim(db), [], name);
    }

    await sql`update private.providers set is_paused = name = 'storage'`;

    assert.equal((await claim(db)).length, 1);
  }),
);
