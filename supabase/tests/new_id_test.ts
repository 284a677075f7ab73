import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";

Deno.test(
  "new_id begins with the millisecond of its birth, so that ids sort by it, and never repeats",
  onDatabase(async ({ sql }) => {
    const rows = await sql<{ id: string; before: number; after: number }[]>`
      select private.new_id('proj') as id,
        floor(extract(epoch from statement_timestamp()) * 1000)::float8 as before,
        ceil(extract(epoch from clock_timestamp()) * 1000)::float8 as after
      from generate_series(1, 1000)`;

    for (const { id, before, after } of rows) {
      assert.match(id, /^proj_[0-9a-f]{32}$/);
      const born = Number.parseInt(id.slice(5, 17), 16);
      assert(before <= born && born <= after, `${before} <= ${born} <= ${after}`);
    }
    assert.equal(new Set(rows.map(({ id }) => id)).size, 1000);
  }),
);

Deno.test(
  "new_ids makes as many as are asked for, of one millisecond, and none twice",
  onDatabase(async ({ sql }) => {
    const [made] = await sql<{ ids: string[]; none: string[] }[]>`
      select private.new_ids('proj', 250) as ids, private.new_ids('proj', 0) as none`;
    assert(made);

    for (const id of made.ids) assert.match(id, /^proj_[0-9a-f]{32}$/);
    assert.equal(new Set(made.ids.map((id) => id.slice(17))).size, 250);
    assert.equal(new Set(made.ids.map((id) => id.slice(0, 17))).size, 1);
    assert.deepEqual(made.none, []);
  }),
);
