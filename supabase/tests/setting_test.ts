import assert from "node:assert/strict";
import { onDatabase } from "./given.ts";

Deno.test(
  "setting raises for a name that is not there, instead of waiting for ever",
  onDatabase(async ({ sql }) => {
    await assert.rejects(
      async () => {
        await sql`select private.setting('deadline_seconds.dream')`;
      },
      { code: "RL500", message: 'Cannot read setting "deadline_seconds.dream": no such setting' },
    );
  }),
);
