import * as z from "zod";
import { DatabaseError } from "../_shared/database.ts";
import type { Deps } from "../_shared/deps.ts";
import type { Door } from "../_shared/door.ts";
import { Refusal, refuseBody } from "../_shared/errors.ts";

/** What every route of this door works with. */
export type Desk = Deps & Door & {
  /** To be called when work may have become due. */
  watchBell: () => void;
};

/** A built-in source, a custom one's name, or `custom` for all of those. */
export const Source = z.string().max(63);
/** Postgres has no year 0, no offset of 16 hours or more, and no text of a time that is much longer. */
const READABLE = /^(?!0000)(?!.*[+-](?:1[6-9]|2\d):\d\d$).{1,64}$/;

export const Time = z.iso.datetime({
  offset: true,
  error: "Expected a time as ISO 8601 writes it",
}).refine((time) => READABLE.test(time), "Cannot be kept as a time");
/** Why somebody did something. */
export const Why = z.object({ reason: z.string().max(1000).nullish() });

const STATUS = new Map<string, 400 | 404 | 409>([["RL400", 400], ["RL404", 404], ["RL409", 409]]);

/** Passes a verb's own sentence on to the operator; of any other error nothing is shown. */
export async function asVerb<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const refusal = error instanceof DatabaseError ? refusalOf(error) : null;
    throw refusal ?? error;
  }
}

/** Has a verb done on what has this id, notes it in the log, and sees to the work that it made due. */
export type Act = <T>(verb: string, id: string, work: Promise<T>) => Promise<T>;

/** @param isSecret the answers hold secrets: the log does not get them */
export function createAct(
  { log, watchBell }: Pick<Desk, "log" | "watchBell">,
  { isSecret = false }: { isSecret?: boolean } = {},
): Act {
  return async (verb, id, work) => {
    const answer = await asVerb(work);
    log("verb.done", isSecret ? { verb, id } : { verb, id, answer });
    watchBell();
    return answer;
  };
}

/** As `asVerb`, for what can only be wrong with this field. */
export async function aboutField<T>(path: string, work: Promise<T>): Promise<T> {
  return await asVerb(work).catch((error) => {
    if (!(error instanceof Refusal) || error.status !== 400) throw error;
    throw refuseBody([{ path, message: error.error }]);
  });
}

/** Null where what was raised is not meant for people. */
export function refusalOf({ code, raised }: DatabaseError): Refusal | null {
  const status = STATUS.get(code);
  return status === undefined ? null : new Refusal(status, raised);
}
