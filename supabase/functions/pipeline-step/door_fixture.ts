import type { Deps } from "../_shared/deps.ts";
import { standardHeaders } from "../_shared/signatures/standard_webhooks.ts";
import { createPipelineStep } from "./app.ts";
import { fakeDatabase } from "./fixture.ts";
import type { RunnerOptions } from "./runner.ts";

export const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
export const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
export const BELL = '{"type": "bell"}';

type Answers = Parameters<typeof fakeDatabase>[0];

/** What `claim_work` answers where no step is due. */
export const NO_STEPS = { work: [], deaf: false, next_due_at: null };

/** The door with a database that has nothing to do, unless told otherwise. */
export function door(
  answers: Answers = {},
  variables: Record<string, string> = {},
  options: Partial<RunnerOptions> = {},
) {
  const db = fakeDatabase({
    claim_work: () => NO_STEPS,
    ...answers,
  });
  const background: Promise<unknown>[] = [];
  let now = NOW;
  const logged: string[] = [];
  const environment: Record<string, string> = {
    PIPELINE_BELL_SECRET: SECRET,
    ALLOW_PRIVATE_TARGETS: "1",
    ...variables,
  };
  const deps: Deps = {
    get: (name) => environment[name],
    db,
    fetch,
    now: () => now,
    wait: () => Promise.resolve(),
    later: (work) => background.push(work),
    log: (event, fields) => logged.push(JSON.stringify([event, fields])),
  };
  // Whoever sleeps wakes up later, at once.
  const pause = (ms: number) => {
    now += ms;
    return Promise.resolve();
  };
  const app = createPipelineStep(deps, { pause, ...options });
  return { app, db, background, logged, pass: (ms: number) => now += ms };
}

export function ring(body = BELL, secret = SECRET): Request {
  const headers = standardHeaders({ id: "bell_1", timestamp: NOW / 1000, body, secret });
  return new Request("http://localhost/pipeline-step", { method: "POST", headers, body });
}

/** Resolves when everything that waits for nobody outside has gone on. */
export async function promisesGoOn(): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) await Promise.resolve();
}
