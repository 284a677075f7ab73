import assert from "node:assert/strict";
import { readModelAliases } from "../functions/_shared/transitions/videos.ts";
import { onDatabase } from "./given.ts";

Deno.test(
  "read_model_aliases tells an installation's own names, and none that nobody gave",
  onDatabase(async ({ db, sql }) => {
    assert.deepEqual(await readModelAliases(db), {}, "a video service hears usual names unchanged");

    await sql`insert into private.model_aliases (alias, model) values ('house-style', 'kling')`;
    assert.deepEqual(await readModelAliases(db), { "house-style": "kling" });
  }),
);
