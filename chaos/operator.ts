import { pause } from "../supabase/functions/_shared/pause.ts";
import type { Stack } from "../local/stack.ts";

const PATIENCE_MS = 60_000;
const PAUSE_MS = 300;

export type Said = { status: number; body: unknown };

/** Whoever is on call: uses the operator's door, and asks again where it does not answer well. */
export class Operator {
  #stack: Pick<Stack, "apiUrl" | "env">;

  constructor(stack: Pick<Stack, "apiUrl" | "env">) {
    this.#stack = stack;
  }

  /** @throws where the door does not answer within a minute. */
  async ask(
    path: string,
    { body = () => ({}), method = "POST" }: {
      /** For each try. */
      body?: () => unknown;
      method?: "POST" | "DELETE";
    } = {},
  ): Promise<Said> {
    const { apiUrl, env } = this.#stack;
    for (const end = Date.now() + PATIENCE_MS;;) {
      try {
        const answer = await fetch(`${apiUrl}/functions/v1/webhook-manage${path}`, {
          method,
          headers: { apikey: env.OPERATOR_KEY ?? "" },
          ...(method === "POST" ? { body: JSON.stringify(body()) } : {}),
        });
        const text = await answer.text();
        if (answer.status < 500) return { status: answer.status, body: JSON.parse(text) };
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      if (Date.now() > end) throw new Error(`Cannot ask for ${path}: the door does not answer`);
      await pause(PAUSE_MS);
    }
  }
}
