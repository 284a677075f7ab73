import { z } from "zod";
import { PROJECT_ROOT } from "../tools/project_root.ts";

/** One request of a load, prepared beforehand; a POST, sent once, unless it says otherwise. */
export type LoadRequest = {
  method?: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  times?: number;
};

/** Answers by status code, times in milliseconds. */
export const LoadResult = z.object({
  /** Requests that were sent, with whatever answer. */
  sent: z.number(),
  statuses: z.record(z.string(), z.number()),
  /** Connections that broke, and answers that did not come within thirty seconds. */
  errors: z.number(),
  seconds: z.number(),
  p50: z.number(),
  p99: z.number(),
  /** Milliseconds of the load's own CPU for a request. */
  cpu: z.number(),
});
export type LoadResult = z.infer<typeof LoadResult>;

/**
 * Sends each request once over so many connections, from a process of its own.
 *
 * @throws where the load itself fails
 */
export async function sendLoad(
  origin: string,
  { requests, connections }: { requests: readonly LoadRequest[]; connections: number },
): Promise<LoadResult> {
  const file = await Deno.makeTempFile({ prefix: "reelay-load-" });
  try {
    await Deno.writeTextFile(file, JSON.stringify(requests));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "bench/load_process.ts", origin, file, `${connections}`],
      cwd: PROJECT_ROOT,
    }).output();
    const text = new TextDecoder();
    if (!success) throw new Error(`Cannot send load: ${text.decode(stderr).slice(-2000)}`);
    return LoadResult.parse(JSON.parse(text.decode(stdout).trim().split("\n").at(-1) ?? ""));
  } finally {
    await Deno.remove(file);
  }
}

/** @throws where an answer is none of those that are allowed, or none came. */
export function expectStatuses(what: string, result: LoadResult, allowed: string[]): void {
  const others = Object.entries(result.statuses).filter(([status]) => !allowed.includes(status));
  if (others.length === 0 && result.errors === 0) return;
  const seen = others.map(([status, n]) => `${n} x ${status}`).join(", ");
  throw new Error(`Cannot measure ${what}: ${result.errors} errors, ${seen || "no other answers"}`);
}
