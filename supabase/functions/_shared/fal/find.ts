import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import type { Found } from "../provider.ts";
import type { Attempt, Submission } from "../transitions/steps.ts";
import { NoAnswer } from "../call_once.ts";
import { readJson } from "../json.ts";
import { saysNothing } from "../refusal.ts";
import { sinceThen } from "../since_then.ts";
import { callFal, type FalDeps } from "./call_fal.ts";
import { requestUrls } from "./request_urls.ts";
import type { FalRequest } from "./step_request.ts";

/** Our clock and fal's may differ by this much, in milliseconds. */
const CLOCK_SKEW = 60_000;
const MOST_PAGES = 20;
/** Milliseconds after which no further page is read: what is found when the lease is over is not heard. */
const MOST_TIME = 45_000;

/**
 * fal's platform API, `GET /v1/models/requests/by-endpoint?expand=payloads`. The times are optional
 * here, because it is not documented which of them a request has before it has started.
 */
const Page = z.looseObject({
  items: z.array(z.looseObject({
    request_id: z.string(),
    json_input: z.unknown().optional(),
    sent_at: z.string().nullish(),
    started_at: z.string().nullish(),
  })),
  has_more: z.boolean().nullish(),
  next_cursor: z.string().nullish(),
});
type Item = z.infer<typeof Page>["items"][number];

/**
 * Looks in fal's list of requests for those with the very same input, sent since the attempt was
 * made; oldest first. Requests that other attempts own are among them: the database refuses those.
 */
export async function findAtFal(
  deps: FalDeps,
  request: FalRequest,
  attempt: Attempt,
): Promise<Found> {
  const began = deps.now();
  const since = madeAt(attempt, began) - CLOCK_SKEW;
  const wanted: unknown = JSON.parse(JSON.stringify(request.input));
  const matches: Item[] = [];
  let cursor: string | null = null;

  try {
    for (let page = 0; page < MOST_PAGES; page++) {
      const reply = await callFal(deps, "GET", listUrl(deps, request.endpoint, since, cursor));
      const read = Page.safeParse(readJson(reply.body));
      if (reply.status !== 200 || !read.success) return notListed(reply.status);

      matches.push(
        ...read.data.items.filter((item) =>
          sentAt(item) >= since && isDeepStrictEqual(item.json_input, wanted)
        ),
      );
      cursor = read.data.has_more === false ? null : read.data.next_cursor ?? null;
      if (cursor === null || sinceThen(began, deps.now()) >= MOST_TIME) break;
    }
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const message = `Cannot look at fal's list: ${error.message}`;
    return { state: "unreachable", message, away: true };
  }

  if (matches.length === 0) {
    return cursor === null
      ? { state: "lost", message: "fal's list of requests has none with this input" }
      : { state: "unreachable", message: "fal's list of requests is too long to be read whole" };
  }
  matches.sort((a, b) => sentAt(a) - sentAt(b));
  return {
    state: "found",
    submissions: matches.map(({ request_id }) => submission(deps, request.endpoint, request_id)),
  };
}

/** By our clock: the database's may be hours ahead or behind, but its hours are as long as ours. */
function madeAt({ created_at, age_seconds }: Attempt, now: number): number {
  return age_seconds === undefined
    ? Math.min(Date.parse(created_at), now)
    : now - Math.max(age_seconds, 0) * 1000;
}

function listUrl(deps: FalDeps, endpoint: string, since: number, cursor: string | null): string {
  const url = new URL(`${deps.apiUrl}/v1/models/requests/by-endpoint`);
  url.searchParams.set("endpoint_id", endpoint);
  url.searchParams.set("start", new Date(since).toISOString());
  url.searchParams.set("expand", "payloads");
  url.searchParams.set("limit", "100");
  if (cursor !== null) url.searchParams.set("cursor", cursor);
  return url.href;
}

/** A request without a time counts as just sent: fal has already filtered by `start`. */
function sentAt({ sent_at, started_at }: Item): number {
  const at = Date.parse(sent_at ?? started_at ?? "");
  return Number.isNaN(at) ? Infinity : at;
}

/**
 * Nothing of this says that the request is not there: another look may, once fal is back, or takes
 * our key again. Without a right to read, none may.
 */
function notListed(status: number): Found {
  const message = `fal's list of requests cannot be read (${status})`;
  if (saysNothing(status) && status !== 403) return { state: "unreachable", message, away: true };
  return { state: status === 200 || status === 404 ? "unreachable" : "lost", message };
}

function submission(deps: FalDeps, endpoint: string, requestId: string): Submission {
  const urls = requestUrls(deps, endpoint, requestId, {});
  return {
    request_id: requestId,
    status_url: urls.status,
    response_url: urls.response,
    cancel_url: urls.cancel,
  };
}
