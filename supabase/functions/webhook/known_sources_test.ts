import assert from "node:assert/strict";
import { handMadeWorld } from "../_shared/testing/hand_made_world.ts";
import { createKnownSources } from "./known_sources.ts";

Deno.test("a clock that is set back keeps nobody from looking again after a failure", async () => {
  const sql: Record<string, unknown> = { read_webhook_sources: new Error("No connection") };
  const { deps, clock } = handMadeWorld({ sql });
  const sources = createKnownSources(deps);
  await assert.rejects(sources.find("shop"), /No connection/);

  clock.now -= 3_600_000;
  sql.read_webhook_sources = [];
  assert.equal(await sources.find("shop"), null);
});
