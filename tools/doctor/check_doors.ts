import { z } from "zod";
import { type Get, optional, readSecrets } from "../../supabase/functions/_shared/env.ts";
import { readFetchFailure } from "../../supabase/functions/_shared/fetch_failure.ts";
import { readJson } from "../../supabase/functions/_shared/json.ts";
import { HTTP_BELL } from "../../supabase/functions/_shared/post_bell.ts";
import { signWebhook } from "../../supabase/functions/_shared/sign_webhook.ts";
import { isLocal } from "../is_local.ts";
import { pathOf } from "../webhook_request.ts";
import { type Finding, missing, note, ok, wrong } from "./finding.ts";

export type DoorDeps = {
  /** Base of the functions, without a slash at its end. */
  functionsUrl: string;
  get: Get;
  fetch: typeof fetch;
  now: () => number;
};

const TIMEOUT_MS = 10_000;
const DESK = "webhook-manage";
const DEPLOY = "supabase functions deploy; the function's log says why it does not start";
const START = "deno task start; where its ports are others, --db and --functions take them";

const Greeting = z.object({ status: z.literal("ok") });
const Refused = z.object({ error: z.string() });

type Answer = { status: number; body: unknown } | { failure: string };

/** Each door greets, knows its secret and refuses strangers; the runner answers a bell. */
export async function checkDoors(doors: string[], deps: DoorDeps): Promise<Finding[]> {
  const findings = await Promise.all(doors.map((door) => checkDoor(door, deps)));
  return [...findings.flat(), await ring(deps)];
}

async function checkDoor(door: string, deps: DoorDeps): Promise<Finding[]> {
  if (door === DESK) return [await checkDesk(deps)];
  const greeting = await call(deps, door, { method: "GET" });
  if ("failure" in greeting) return [away(`Door ${door}`, greeting.failure, deps)];
  if (greeting.status !== 200 || !Greeting.safeParse(greeting.body).success) {
    return [wrong(`Door ${door} answers a GET with ${greeting.status}`, DEPLOY)];
  }

  const stranger = await call(deps, pathOf(door), { method: "POST", body: "{}" });
  const status = "failure" in stranger ? stranger.failure : stranger.status;
  if (status === 401 || status === 429) {
    return [ok(`Door ${door} is open, and closed to strangers`)];
  }
  const reason = errorOf(stranger);
  if (status === 503 && reason === "Not configured") return [unused(door)];
  return [wrong(
    `Door ${door} answers a stranger with ${status}${reason ? ` (${reason})` : ""}, not with 401`,
    "look at the function's log",
  )];
}

/** The operator's door greets nobody: with the key it tells its health, without it 401. */
async function checkDesk(deps: DoorDeps): Promise<Finding> {
  const key = optional(deps.get, "OPERATOR_KEY");
  const headers = key === null ? undefined : { apikey: key };
  const answer = await call(deps, `${DESK}/health`, { method: "GET", headers });
  if ("failure" in answer) return away(`Door ${DESK}`, answer.failure, deps);

  const reason = errorOf(answer);
  if (answer.status === 200 && key !== null) return ok(`Door ${DESK} is open, and finds all well`);
  if (answer.status === 401 && key === null) return ok(`Door ${DESK} is closed to strangers`);
  if (answer.status === 401) {
    return wrong(`Door ${DESK} does not take OPERATOR_KEY`, "supabase secrets set OPERATOR_KEY");
  }
  if (answer.status === 503 && reason === "Not configured") return unused(DESK);
  return wrong(
    `Door ${DESK} answers ${answer.status}${reason ? ` (${reason})` : ""}`,
    `GET /${DESK}/health says more`,
  );
}

function away(who: string, failure: string, { functionsUrl }: DoorDeps): Finding {
  return missing(
    `${who} cannot be reached: ${failure}`,
    isLocal(functionsUrl) ? START : DEPLOY,
  );
}

function unused(door: string): Finding {
  return note(`Door ${door} is not configured: it lets nobody in`, "set its secret, if you use it");
}

function errorOf(answer: Answer): string | undefined {
  return "body" in answer ? Refused.safeParse(answer.body).data?.error : undefined;
}

async function ring(deps: DoorDeps): Promise<Finding> {
  const secrets = readSecrets(deps.get, "PIPELINE_BELL_SECRET");
  if (secrets.length === 0) {
    return note("The bell was not tried: PIPELINE_BELL_SECRET is not set here");
  }
  const headers = signWebhook(secrets, {
    id: `bell_${crypto.randomUUID()}`,
    timestamp: Math.floor(deps.now() / 1000),
    body: HTTP_BELL,
  });

  const answer = await call(deps, "pipeline-step", { method: "POST", headers, body: HTTP_BELL });
  if ("failure" in answer) return away("The runner", answer.failure, deps);
  if (answer.status === 202) return ok("The runner answers a bell with 202");
  return wrong(
    `The runner answers a bell with ${answer.status}`,
    answer.status === 401
      ? "PIPELINE_BELL_SECRET here is not the functions'; set both alike: supabase secrets set"
      : "look at the log of pipeline-step",
  );
}

async function call(
  { functionsUrl, fetch }: DoorDeps,
  path: string,
  init: RequestInit,
): Promise<Answer> {
  try {
    const answer = await fetch(`${functionsUrl}/${path}`, {
      ...init,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: answer.status, body: readJson(await answer.text()) };
  } catch (error) {
    return { failure: readFetchFailure(error).words };
  }
}
