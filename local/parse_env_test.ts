import assert from "node:assert/strict";
import { join } from "node:path";
import { DENO_ENV, denoBinary, HOSTED_DENO } from "../tools/deno_binary.ts";
import { PROJECT_ROOT } from "../tools/project_root.ts";

/** Another Deno sets node_modules up anew, below tests that run on this one. */
const APART = ["run", "-A", "--no-lock", "--no-config", "--import-map=import_map.json"];
const TOOLS = ["local/start.ts", "tools/doctor.ts", "tools/status.ts", "tools/webhook_send.ts"];

Deno.test("a Deno that is too old for the tools is told so in plain words", async () => {
  const old = await denoBinary(HOSTED_DENO);
  for (const tool of TOOLS) {
    const { code, stderr } = await new Deno.Command(old, {
      args: [...APART, join(PROJECT_ROOT, tool), "--help"],
      cwd: PROJECT_ROOT,
      env: DENO_ENV,
    }).output();

    assert.equal(code, 1);
    assert.match(
      new TextDecoder().decode(stderr),
      /^Cannot run on Deno 2\.1\.4: it takes 2\.7 or newer \(deno upgrade\)$/m,
      tool,
    );
  }
});
