import { fileURLToPath } from "node:url";
import { startFunctionProcess } from "../../local/functions/function_process.ts";
import { pause } from "../../supabase/functions/_shared/pause.ts";
import { postBell } from "../../supabase/functions/_shared/post_bell.ts";
import type { Stack } from "../../local/stack.ts";

const ENTRY = fileURLToPath(
  new URL("../../supabase/functions/pipeline-step/index.ts", import.meta.url),
);
const RING_EVERY_MS = 100;

/** One more runner beside the first for so long, as the platform starts them; then it is killed. */
export async function runSecond(
  { env }: Pick<Stack, "env">,
  { ms, log }: { ms: number; log: (line: string) => void },
): Promise<void> {
  const runner = startFunctionProcess({
    name: "pipeline-step",
    entry: ENTRY,
    env,
    shell: Deno.env.toObject(),
    log: (line) => log(`second pipeline-step: ${line}`),
  });
  try {
    await runner.ready;
    const secrets = (env.PIPELINE_BELL_SECRET ?? "").split(",");
    for (const end = Date.now() + ms; Date.now() < end;) {
      await postBell({ baseUrl: runner.origin, secrets, fetch, now: Date.now });
      await pause(RING_EVERY_MS);
    }
  } finally {
    runner.end("SIGKILL");
    await runner.ended;
  }
}
