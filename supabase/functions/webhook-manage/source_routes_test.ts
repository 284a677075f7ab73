import assert from "node:assert/strict";
import { DatabaseError } from "../_shared/database.ts";
import { operatorDoor } from "./fixture.ts";

const CRM = { name: "crm", secret_in: "env", secret_name: "CRM_SECRET", has_secret: null };

function aDoor(sql: Record<string, unknown> = {}, env: Record<string, string> = {}) {
  return operatorDoor(
    { put_webhook_source: CRM, list_webhook_sources: [CRM], ...sql },
    { CRM_SECRET: "s3cret", ...env },
  );
}

Deno.test("a source is created or changed by what is named, and shown without its secret", async () => {
  const { send, calls, lines } = aDoor();
  const changes = { scheme: "hmac", secret_name: "CRM_SECRET", header: "X-Crm-Signature" };

  const { status, body } = await send("POST", "/sources/crm", { ...changes, rate_limit: null });

  assert.deepEqual([status, body], [200, { ...CRM, is_configured: true }]);
  assert.deepEqual(calls, [{
    name: "put_webhook_source",
    args: {
      p_name: "crm",
      p_changes: { ...changes, header: "x-crm-signature", rate_limit: null },
    },
  }]);
  assert.ok(lines.some((line) => line.includes('"source.changed"')));
  assert.ok(!lines.join().includes("s3cret"));
});

Deno.test("sources are listed, all or one, with whether their secret is there", async () => {
  const vault = { ...CRM, name: "desk", secret_in: "vault", has_secret: true };
  const missing = { ...CRM, name: "shop", secret_name: "NOT_SET" };
  const { send } = aDoor({ list_webhook_sources: [CRM, vault, missing] });

  const { body } = await send("GET", "/sources");
  const states = body.sources.map(({ name, is_configured }: Record<string, unknown>) =>
    `${name} ${is_configured}`
  );
  assert.deepEqual(states, ["crm true", "desk true", "shop false"]);
  assert.equal((await send("GET", "/sources/desk")).body.name, "desk");
  assert.equal((await send("GET", "/sources/nobody")).status, 404);
});

Deno.test("what is wrong with a source is said by its field, or in the verb's own sentence", async () => {
  const refused = new DatabaseError(
    "Cannot call it",
    "RL400",
    false,
    'Cannot put source "fal": no',
  );
  const { send } = aDoor({ put_webhook_source: refused });

  for (
    const wrong of [
      { scheme: "rot13" },
      { secret_in: "file" },
      { header: "a b" },
      { id_path: "a..b" },
      { rate_limit: 0 },
      { handler_kind: "email" },
      { is_enabled: null },
      {},
    ]
  ) {
    const { status, body } = await send("POST", "/sources/crm", wrong);
    assert.deepEqual([status, body.issues[0].path], [400, Object.keys(wrong)[0] ?? ""]);
  }
  assert.deepEqual(await send("POST", "/sources/fal", { scheme: "hmac" }), {
    status: 400,
    body: { error: 'Cannot put source "fal": no' },
  });
});

Deno.test("a delivery has to go to a public address, and needs our signing secret", async () => {
  const to = (handler_target: string) => ({ handler_kind: "delivery", handler_target });
  const env = { CALLBACK_SIGNING_SECRET: "whsec_AAAA" };
  const { send } = aDoor({}, env);

  for (const url of ["http://desk.test", "https://127.0.0.1", "https://u:p@desk.test", "no"]) {
    const { status, body } = await send("POST", "/sources/crm", to(url));
    assert.deepEqual([status, body.issues?.[0].path], [400, "handler_target"], url);
  }
  assert.equal((await send("POST", "/sources/crm", to("https://desk.test/x"))).status, 200);
  // Of what is a delivery already: its target alone, or anything else.
  const { status } = await send("POST", "/sources/crm", { handler_target: "https://10.0.0.1/x" });
  assert.equal(status, 400);
  const kept = { handler_kind: "delivery", is_enabled: true };
  assert.equal((await send("POST", "/sources/crm", kept)).status, 200);
  const local = aDoor({}, { ...env, ALLOW_PRIVATE_TARGETS: "1" });
  assert.equal((await local.send("POST", "/sources/crm", to("http://127.0.0.1/x"))).status, 200);
  assert.equal((await aDoor().send("POST", "/sources/crm", to("https://desk.test/x"))).status, 503);
});

Deno.test("a source is removed once", async () => {
  const gone = new DatabaseError("Cannot call it", "RL404", false, "Cannot remove: no such source");
  const { send } = aDoor({ remove_webhook_source: { name: "crm", removed: true } });

  assert.deepEqual((await send("DELETE", "/sources/crm")).body, { name: "crm", removed: true });
  assert.equal(
    (await aDoor({ remove_webhook_source: gone }).send("DELETE", "/sources/crm")).status,
    404,
  );
  assert.equal((await send("PUT", "/sources/crm", {})).status, 405);
});

Deno.test("nobody but an operator sees or changes sources", async () => {
  const { app, calls } = aDoor();

  for (const method of ["GET", "POST", "DELETE"]) {
    const answer = await app.request("/webhook-manage/sources/crm", { method });
    assert.equal(answer.status, 401, method);
  }
  assert.deepEqual(calls, []);
});
