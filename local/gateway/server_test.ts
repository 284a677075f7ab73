import assert from "node:assert/strict";
import { withGateway } from "./gateway_fixture.ts";

Deno.test("a gateway that stops cuts what hangs, and raises nothing", async () => {
  const arrived = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const target = { origin: null, starting: started.promise };
  const findFunction = () => {
    arrived.resolve();
    return target;
  };

  await withGateway(async ({ gateway }) => {
    const hanging = fetch(`${gateway.url}/functions/v1/hangs`);
    await arrived.promise;

    await Promise.all([assert.rejects(hanging, TypeError), gateway.stop()]);

    await assert.rejects(fetch(gateway.url), TypeError);
    started.resolve();
  }, { findFunction });
});
