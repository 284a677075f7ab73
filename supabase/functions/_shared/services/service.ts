import type { ReadCallback } from "../callback_door.ts";
import type { Provider, StepKind } from "../transitions/steps.ts";

/** What distinguishes one HTTP service from another; how to talk to them is the same for all. */
export type Service = {
  provider: Provider;
  step: StepKind;
  /** As messages name it. */
  name: string;
  /** Variables of the environment: where it is, and the key that it asks for. */
  urlVariable: string;
  keyVariable: string;
  /** The door that takes its callbacks, and the variable that names another address for them. */
  door: string;
  callbackVariable: string | null;
  /** Below the service's URL: new work is posted here, and asked about below `tasksPath`. */
  submitPath: string;
  tasksPath: string;
  /** Says a step's frozen input in the service's words. @throws where the input does not fit. */
  body(input: Record<string, unknown>): Record<string, unknown>;
  /** Reads the service's callbacks; a task's status is told in the same words. */
  read(body: unknown): ReadCallback;
};

/** One service as this installation reaches it. */
export type ServiceDeps = {
  service: Service;
  /** Without a slash at the end. */
  url: string;
  key: string;
  /** The URL that the service posts to; the attempt's token is added to it. */
  callbackUrl: string;
  fetch: typeof fetch;
  now: () => number;
  /** Milliseconds for one call, from connecting to the last byte. */
  timeoutMs: number;
};
