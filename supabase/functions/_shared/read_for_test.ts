import assert from "node:assert/strict";
import { createDoor } from "./door.ts";
import { handMadeWorld, signedPost } from "./testing/hand_made_world.ts";
import { readFor } from "./read_for.ts";

const OWN = { authorization: "Bearer s3cret" };
/** What a client for Supabase adds to each request. */
const FOREIGN = { authorization: "Bearer sb_publishable_1" };

/** A door with one task, which its token opens, or the sender's secret. */
function aDoor() {
  const { deps } = handMadeWorld({ env: { WEBHOOK_SECRET: "s3cret" } });
  const counted: unknown[] = [];
  const counts = () => ({ status, isLetIn }: { status: number; isLetIn: boolean }) =>
    void counted.push([status, isLetIn]);
  const door = createDoor({ name: "webhook" }, { ...deps, counts });
  const reads: unknown[] = [];
  door.app.get("/task/:id", async (c) => {
    const task = await readFor(c, door, (id, { token, trusted }) => {
      reads.push([id, token, trusted]);
      return Promise.resolve(id === "t1" && (trusted || token === "tok") ? "yours" : null);
    });
    return c.json(task);
  });
  const ask = async (path: string, headers: Record<string, string> = {}) =>
    (await door.app.request(`/webhook/task/${path}`, { headers })).status;
  return { ask, reads, counted };
}

Deno.test("a task's token opens it, whatever else comes along", async () => {
  const { ask, reads } = aDoor();

  assert.equal(await ask("t1?token=tok"), 200);
  assert.equal(await ask("t1?token=tok", FOREIGN), 200);
  assert.equal(await ask("t1?token=tok", { "x-webhook-signature": "00" }), 200);
  assert.equal(await ask("t1?token=tok", OWN), 200);
  assert.deepEqual(reads, Array(4).fill(["t1", "tok", false]));
});

Deno.test("the sender's credentials open it without a token, and beside a wrong one", async () => {
  const { ask } = aDoor();
  const signed = new Headers(signedPost("", "s3cret").headers);

  assert.equal(await ask("t1", OWN), 200);
  assert.equal(await ask("t1", Object.fromEntries(signed)), 200);
  assert.equal(await ask("t1?token=wrong", OWN), 200);
  assert.equal(await ask("t2", OWN), 404);
  assert.equal(await ask("t2?token=tok", OWN), 404);
});

Deno.test("an unknown id and a wrong token are the same 404; wrong credentials are 401", async () => {
  const { ask, reads } = aDoor();

  for (const path of ["t1?token=wrong", "t2?token=tok"]) assert.equal(await ask(path), 404, path);
  for (const path of ["t1", "t2", "t1?token=", "t1?token=wrong"]) {
    assert.equal(await ask(path, FOREIGN), 401, path);
  }
  assert.equal(await ask("t1"), 401);
  assert.ok(!JSON.stringify(reads).includes("true"), "nobody is trusted");
});

Deno.test("what Postgres could not hold opens nothing, and is not asked for", async () => {
  const { ask, reads } = aDoor();

  assert.equal(await ask("t%00?token=tok"), 404);
  assert.equal(await ask("t1?token=%00"), 404);
  assert.equal(await ask("t%00", OWN), 404);
  assert.deepEqual(reads, []);
});

Deno.test("who asks by a token is counted in the door's figures like who asks by credentials", async () => {
  const { ask, counted } = aDoor();

  await ask("t1?token=tok");
  await ask("t1", OWN);
  await ask("t1?token=wrong");
  assert.deepEqual(counted, [[200, true], [200, true], [404, false]]);
});
