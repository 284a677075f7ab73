import assert from "node:assert/strict";
import type { FuzzRequest } from "./fuzz_request.ts";
import { faultOf } from "./verdict.ts";

const REPLAY: FuzzRequest = {
  door: "webhook-manage",
  method: "POST",
  suffix: "",
  headers: [],
  body: { kind: "text", text: '{"webhookLogId":"x"}' },
  framing: "length",
  signature: "bearer",
  via: "gateway",
};

/** What is found wrong with this answer to a request like a replay's. */
function judge(status: number, body: unknown, request: Partial<FuzzRequest> = {}): string | null {
  const answer = { kind: "answered", status, body: JSON.stringify(body) } as const;
  return faultOf({ ...REPLAY, ...request }, answer);
}

Deno.test("a replay that does not work is 500 by contract, however POST is spelled", () => {
  const failed = { error: "Retry failed" };
  assert.equal(judge(500, failed), null);
  assert.equal(judge(500, failed, { method: "post" }), null);
});

Deno.test("any other 5xx, and a refusal without a reason, is a fault", () => {
  assert.equal(judge(500, { error: "Oh" }), "Answered 500");
  assert.equal(judge(500, { error: "Retry failed" }, { method: "GET" }), "Answered 500");
  assert.equal(judge(500, { error: "Retry failed" }, { door: "webhook" }), "Answered 500");
  assert.equal(judge(400, {}), 'Answered 400 without {"error"}');
  assert.equal(judge(400, { error: "Invalid request" }), null);
});

Deno.test("health may name what fails in a stack whose work nobody does, but no away database", () => {
  const failing = (check: string) => ({
    status: "failing",
    error: "Failing",
    checks: { [check]: { ok: false } },
  });
  const health = { method: "GET", suffix: "/health" };

  assert.equal(judge(503, failing("stuck"), health), null);
  assert.equal(judge(503, failing("database"), health), "Answered 503");
  assert.equal(judge(503, failing("invariants"), health), "Answered 503");
  assert.equal(judge(503, failing("stuck"), { ...health, suffix: "/errors" }), "Answered 503");
});
