import type { Database } from "../_shared/database.ts";
import type { StepProvider } from "../_shared/provider.ts";
import type { DeliveryWork } from "../_shared/transitions/deliveries.ts";
import type { StepWork } from "../_shared/transitions/steps.ts";

export type Call = { name: string; args: Record<string, unknown> };

/** A database that answers by function name and remembers what it was called with. */
export function fakeDatabase(
  answers: Record<string, (args: Record<string, unknown>) => unknown>,
): Database & { calls: Call[] } {
  const calls: Call[] = [];
  return {
    calls,
    async call(name, args, answer) {
      calls.push({ name, args });
      const reply = answers[name];
      if (!reply) throw new Error(`Unexpected call of ${name}`);
      return answer.parse(await reply(args));
    },
  };
}

/** A provider of which a test needs some methods; the others must not be called. */
export function fakeProvider(methods: Partial<StepProvider>): StepProvider {
  const unexpected = () => Promise.reject(new Error("Unexpected call of the provider"));
  return { submit: unexpected, ask: unexpected, find: unexpected, cancel: unexpected, ...methods };
}

export function step(id: string, more: Partial<StepWork> = {}): StepWork {
  return {
    kind: "step",
    step_id: `step_${id}`,
    step: "generate_clip",
    mode: "start",
    claim_token: `claim_${id}`,
    project_id: "proj_1",
    attempt: {
      attempt_id: `att_${id}`,
      attempt_token: `att_${id}.token`,
      number: 1,
      provider: "fal",
      input: {},
      request_id: null,
      status_url: null,
      response_url: null,
      cancel_url: null,
      created_at: "2026-11-22T12:00:00Z",
    },
    ...more,
  };
}

export function delivery(id: string): DeliveryWork {
  return {
    kind: "delivery",
    delivery_id: `del_${id}`,
    claim_token: `claim_${id}`,
    endpoint_id: null,
    url: "https://app.example.com/hook",
    webhook_id: `msg_${id}`,
    body: "{}",
    headers: {},
    number: 1,
  };
}
