import assert from "node:assert/strict";
import { isForTerminal } from "./terminal_lines.ts";

Deno.test("a terminal shows trouble, and leaves what providers and functions say to the log", () => {
  for (
    const line of [
      "pg_net worker: waiting for wake",
      "submitted 1-2 fal-ai/ffmpeg-api/compose",
      'fal-webhook: {"event":"callback.received","outcome":"applied"}',
    ]
  ) assert.equal(isForTerminal(line), false, line);
  for (
    const line of [
      "pipeline-step: error: Uncaught (in promise) TypeError",
      "Cannot start Postgres",
      'webhook: {"event":"callback.failed","level":"error"}',
    ]
  ) assert.equal(isForTerminal(line), true, line);
});
