import type { Answer, StepWork, Submission } from "./transitions/steps.ts";

/** What comes of work that is done while it is asked for: nobody is waited for. */
export type Done = Extract<Answer, { state: "completed" | "failed" }>;

/** What came of the one call that may cost money. */
export type Submitted =
  | { state: "accepted"; submission: Submission }
  | Extract<Answer, { state: "completed" | "failed" | "lost" }>;

/** What a provider knows about a call whose answer never reached us. */
export type Found =
  /** Requests that may be ours, the likeliest first. */
  | { state: "found"; submissions: Submission[] }
  | Extract<Answer, { state: "completed" | "failed" | "lost" | "unreachable" }>;

/** The frozen input of a `cancel_request`: whose work to stop. */
export type CancelRequest = {
  provider: string;
  request_id: string | null;
  cancel_url: string | null;
  model: string | null;
  /** What the work is about, as far as it was asked for with it. */
  about: { scene_id?: string | null | undefined; project_id?: string | null | undefined };
};

/** Whoever does work for us outside. No method throws for what the other side does. */
export interface StepProvider {
  /**
   * Asks for the work. Sends one request at most: a second one would be paid for too. `announce` is
   * for whoever is paid for each call: it runs when nothing is left to do but to send. Where it
   * throws, nothing is sent, and the same is thrown.
   */
  submit(work: StepWork, announce?: () => Promise<void>): Promise<Submitted>;
  /** Asks what became of accepted work. */
  ask(work: StepWork): Promise<Answer>;
  /** Looks for work that may have been accepted. Never asks for it again. */
  find(work: StepWork): Promise<Found>;
  /** Tells the provider that the result is no longer wanted. */
  cancel(request: CancelRequest): Promise<Answer>;
}
