import type { FalRequest } from "../local/simulators/fal/account.ts";

/** A request that fal took, and what it made. */
export function request(
  input: Record<string, unknown>,
  url: string,
  { billed = true } = {},
): FalRequest {
  return {
    requestId: crypto.randomUUID(),
    endpoint: "fal-ai/somewhere",
    input,
    headers: {},
    webhookUrl: null,
    state: "COMPLETED",
    answered: true,
    submittedAt: 0,
    startedAt: 0,
    endedAt: 0,
    result: { status: 200, body: { video: { url } } },
    billed,
    webhooks: [],
  };
}
