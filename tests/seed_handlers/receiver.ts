import { z } from "zod";
import { textLines } from "../../local/functions/text_lines.ts";
import { Arrivals } from "../../local/simulators/arrivals.ts";

/** What a handler was posted, and what it answered. */
export type Handled = { code: number; body: Record<string, unknown> };

export type Receiver = {
  webhookUrl: string;
  /** The first post, come or still to come, of this task and status; each is given out once. */
  next(taskId: string, status: string, signal: AbortSignal): Promise<Handled>;
  stop(): Promise<void>;
};

const Line = z.object({ code: z.number(), body: z.record(z.string(), z.unknown()) });

/** Starts a handler's own program, which prints `listening <port>` and a line of JSON for each post. */
export async function startReceiver(
  program: string,
  args: string[],
  env: Record<string, string>,
): Promise<Receiver> {
  const command = { args, env, stdout: "piped", stderr: "inherit" } as const;
  const child = new Deno.Command(program, command).spawn();
  const port = Promise.withResolvers<string>();
  const arrivals = new Arrivals<Handled>();

  async function read(): Promise<void> {
    for await (const line of textLines(child.stdout)) {
      const listening = /^listening (\d+)$/.exec(line)?.[1];
      if (listening !== undefined) port.resolve(listening);
      else if (line.startsWith("{")) arrivals.add(Line.parse(JSON.parse(line)));
    }
    port.reject(new Error(`Cannot start handler: ${program} ended`));
  }
  const reading = read();

  return {
    webhookUrl: `http://127.0.0.1:${await port.promise}/webhooks/video-complete`,
    next: (taskId, status, signal) =>
      arrivals.next(({ body }) => body.task_id === taskId && body.status === status, signal),
    async stop() {
      child.kill("SIGKILL");
      await child.status;
      await reading;
    },
  };
}
