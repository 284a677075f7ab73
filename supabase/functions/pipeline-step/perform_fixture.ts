import type { StepProvider } from "../_shared/provider.ts";
import { type Call, fakeDatabase, fakeProvider } from "./fixture.ts";
import { perform, type Work } from "./perform.ts";

export const SUBMISSION = {
  request_id: "req_1",
  status_url: null,
  response_url: null,
  cancel_url: null,
};
export const RESULT = {
  status_code: 200,
  error: null,
  duration_ms: 5,
  response_excerpt: "",
  retry_after: null,
};

type Answers = Parameters<typeof fakeDatabase>[0];

/** Performs one piece with a provider named fal, and gives back what was recorded and logged. */
export async function performed(
  work: Work,
  methods: Partial<StepProvider> | null,
  answers: Answers = {},
): Promise<{ calls: Call[]; slept: number[]; logged: unknown[] }> {
  const db = fakeDatabase({
    record_submission: () => "applied",
    record_answer: () => "applied",
    record_delivery: () => "applied",
    ...answers,
  });
  const provider = methods && fakeProvider(methods);
  const slept: number[] = [];
  const logged: unknown[] = [];
  await perform({
    db,
    providers: { steps: {}, announced: [], byName: (name) => name === "fal" ? provider : null },
    send: () => Promise.resolve(RESULT),
    sleep: (ms) => Promise.resolve(void slept.push(ms)),
    inTurn: (work) => work(),
    log: (event, fields) => logged.push([event, fields]),
  }, work);
  return { calls: db.calls, slept, logged };
}

export function recorded({ calls }: { calls: Call[] }): unknown[] {
  return calls.map(({ name, args }) => [
    name,
    args.p_submission ?? args.p_answer ?? args.p_result,
  ]);
}
