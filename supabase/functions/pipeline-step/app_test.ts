import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import { HTTP_BELL } from "../_shared/post_bell.ts";
import { withServer } from "../_shared/testing/loopback.ts";
import { BELL, door, NO_STEPS, NOW, ring } from "./door_fixture.ts";

Deno.test("pipeline-step says that it is there", async () => {
  const answer = await door().app.request("/pipeline-step");

  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { status: "ok", door: "pipeline-step" });
});

Deno.test("a bell is answered with 202 before the run that it starts has claimed anything", async () => {
  const claim = Promise.withResolvers<unknown>();
  const { app, background, logged } = door({ claim_work: () => claim.promise });

  const answer = await app.request(ring());

  assert.equal(answer.status, 202);
  assert.equal(background.length, 1);
  claim.resolve(NO_STEPS);
  await background[0];
  assert.deepEqual(logged, []);
});

Deno.test("a secret that is no whsec_ one signs as it stands", async () => {
  const { app, background } = door({}, { PIPELINE_BELL_SECRET: "plain secret" });

  assert.equal((await app.request(ring(BELL, "plain secret"))).status, 202);
  await Promise.all(background);
});

Deno.test("a bell with a wrong signature is answered 401 and starts nothing", async () => {
  const { app, db, background } = door();
  const tampered = new Request(ring(), { body: '{"type": "bell" }' });

  assert.equal((await app.request(ring(BELL, "whsec_AAAA"))).status, 401);
  assert.equal((await app.request(tampered)).status, 401);
  const unsigned = { method: "POST", body: BELL };
  assert.equal((await app.request("/pipeline-step", unsigned)).status, 401);
  assert.deepEqual([background, db.calls], [[], []]);
});

Deno.test("without PIPELINE_BELL_SECRET the door is closed", async () => {
  const answer = await door({}, { PIPELINE_BELL_SECRET: "" }).app.request(ring());

  assert.equal(answer.status, 503);
  assert.deepEqual(await answer.json(), { error: "Not configured" });
});

Deno.test("only a bell of the database's own answers its ring", async () => {
  const { app, db, background } = door();

  await app.request(ring());
  await Promise.all(background);
  await app.request(ring(HTTP_BELL));
  await Promise.all(background);

  assert.deepEqual(db.calls.map(({ args }) => args.p_answers_bell), [true, false]);
});

Deno.test("a run that fails is one line in the log", async () => {
  const { app, background, logged } = door({
    claim_work() {
      throw new DatabaseError("Cannot call claim_work: no such function", "42883", false);
    },
  });

  assert.equal((await app.request(ring())).status, 202);
  await Promise.all(background);

  assert.equal(logged.length, 1);
  assert.match(logged[0] ?? "", /run\.failed.*pipeline-step/);
});

Deno.test("while the bell is deaf a run rings its successor over HTTP", async () => {
  await withServer(() => new Response(null, { status: 202 }), async ({ url, seen }) => {
    const stopping = new AbortController();
    const { app, background } = door(
      { claim_work: () => ({ work: [], deaf: true, next_due_at: new Date(NOW).toISOString() }) },
      { WEBHOOK_BASE_URL: `${url}/functions/v1` },
      { stopping: stopping.signal, pause: () => Promise.resolve(stopping.abort()) },
    );

    await app.request(ring());
    await Promise.all(background);

    assert.deepEqual(seen.map(({ path, body }) => [path, body]), [
      ["/functions/v1/pipeline-step", HTTP_BELL],
    ]);
  });
});
