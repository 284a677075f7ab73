import { type CallDeps, callOnce, type Reply } from "../call_once.ts";

export type FalDeps = CallDeps & {
  /** FAL_KEY. */
  key: string;
  /** FAL_QUEUE_URL, without a slash at the end. */
  queueUrl: string;
  /** FAL_API_URL, without a slash at the end: the platform API that lists requests. */
  apiUrl: string;
  /** The URL that fal posts completions to; the attempt's token is added to it. */
  callbackUrl: string;
  now: () => number;
};

/** A page of fal's list, with what each request was asked for, may have some megabytes. */
const LARGEST_PAGE = 32 * 1024 * 1024;

/** Calls fal with the key. @throws {NoAnswer} */
export function callFal(deps: FalDeps, method: string, url: string): Promise<Reply> {
  const headers = { authorization: `Key ${deps.key}`, accept: "application/json" };
  return callOnce({ ...deps, mostBytes: LARGEST_PAGE }, url, { method, headers });
}
