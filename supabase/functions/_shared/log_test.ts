import assert from "node:assert/strict";
import { createLog } from "./log.ts";

function logged(fields: Record<string, unknown>): string {
  const lines: string[] = [];
  createLog((line) => lines.push(line))("door.failed", fields);
  assert.equal(lines.length, 1);
  return lines[0] ?? "";
}

Deno.test("an event is one line of JSON", () => {
  assert.deepEqual(JSON.parse(logged({ door: "webhook", text: "a\nb" })), {
    event: "door.failed",
    door: "webhook",
    text: "a\nb",
  });
});

Deno.test("an error is logged by its name and message", () => {
  assert.equal(JSON.parse(logged({ error: new TypeError("Broken") })).error, "TypeError: Broken");
});

Deno.test("a token in a URL never reaches the log, wherever it stands", () => {
  const url = "https://x.example/fal-webhook?a=1&token=s3cret&b=2";
  const line = logged({ url, error: new Error(`Cannot post to ${url}?token=s3cret`) });

  assert.ok(!line.includes("s3cret"), line);
  assert.equal(JSON.parse(line).url, "https://x.example/fal-webhook?a=1&token=***&b=2");
});

Deno.test("a very long line is cut", () => {
  assert.ok(logged({ text: "x".repeat(20_000) }).length <= 8000);
});
