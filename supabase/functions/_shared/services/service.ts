import type { ReadCallback } from "../callback_door.ts";
import type { DoorName } from "../credentials.ts";
import type { Provider, StepKind } from "../transitions/steps.ts";

/** One kind of work that a service is asked for. */
export type Operation = {
  step: StepKind;
  /** Below the service's URL. */
  submitPath: string;
  /** Says a step's frozen input in the service's words. @throws where the input does not fit. */
  body(input: Record<string, unknown>): Record<string, unknown>;
};

/** What distinguishes one HTTP service from another; how to talk to them is the same for all. */
export type Service = Operation & {
  provider: Provider;
  /** As messages name it. */
  name: string;
  /** Variables of the environment: where it is, and the key that it asks for. */
  urlVariable: string;
  keyVariable: string;
  /** The door that takes its callbacks, and the variable that names another address for them. */
  door: DoorName;
  callbackVariable: string | null;
  /** Other work of the same service, told by the same callbacks. */
  also?: readonly Operation[];
  /** Below the service's URL: tasks are asked about here, whatever work they are. */
  tasksPath: string;
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

/** The work of a service that makes this kind of step: its own, unless it has another for it. */
export function operationFor({ also = [], ...own }: Service, step: StepKind): Operation {
  return also.find((operation) => operation.step === step) ?? own;
}
