import assert from "node:assert/strict";
import type { Sql } from "postgres";
import type { Database } from "../../supabase/functions/_shared/database.ts";
import * as callbacks from "../../supabase/functions/_shared/transitions/callbacks.ts";
import * as deliveries from "../../supabase/functions/_shared/transitions/deliveries.ts";
import * as projects from "../../supabase/functions/_shared/transitions/projects.ts";
import * as steps from "../../supabase/functions/_shared/transitions/steps.ts";
import * as tasks from "../../supabase/functions/_shared/transitions/tasks.ts";
import * as videos from "../../supabase/functions/_shared/transitions/videos.ts";
import * as work from "../../supabase/functions/_shared/transitions/work.ts";
import { onDatabase } from "../../supabase/tests/given.ts";
import { jobOf } from "../../supabase/tests/job_of.ts";
import { callbackOf } from "../../supabase/tests/verbs.ts";

/*
 * Functions and migrations are not deployed in one moment: a release's functions meet the schema of
 * the release before and of the one after.
 */

const transitions = {
  ...callbacks,
  ...deliveries,
  ...projects,
  ...steps,
  ...tasks,
  ...videos,
  ...work,
};

Deno.test(
  "each function's call names arguments that its SQL function has, and all that it must have",
  onDatabase(async ({ sql }) => {
    const signatures = await readSignatures(sql);

    for (const { name, args } of await recordCalls()) {
      const overloads = signatures.filter((signature) => signature.name === name);
      const [signature] = overloads;
      assert(signature && overloads.length === 1, `public.${name} has to be there, once`);
      const { all, required } = signature;
      assert.deepEqual(args.filter((arg) => !all.includes(arg)), [], `${name} takes no such`);
      assert.deepEqual(
        required.filter((arg) => !args.includes(arg)),
        [],
        `${name} was given a new argument without a default: older functions cannot call it`,
      );
    }
  }),
);

Deno.test("every wrapper that makes a call is held to its SQL function", async () => {
  const wrappers = Object.values(transitions).filter((one) => typeof one === "function");
  const calls = await recordCalls();

  assert.equal(new Set(calls.map(({ name }) => name)).size, wrappers.length);
});

type Call = { name: string; args: string[] };

/** What each wrapper in transitions/ sends: its optional arguments are left out. */
async function recordCalls(): Promise<Call[]> {
  const calls: Call[] = [];
  const db: Database = {
    call(name, args) {
      calls.push({ name, args: Object.keys(JSON.parse(JSON.stringify(args))) });
      return Promise.reject(new Error("Only written down"));
    },
  };
  const work = STEP_WORK;
  await Promise.allSettled([
    transitions.createProject(db, jobOf()),
    transitions.createProject(db, jobOf({ max_cost_usd: 1 })),
    transitions.readVersions(db, "proj_1", { token: null, trusted: false }),
    transitions.preferProject(db, "proj_1"),
    transitions.approveProject(db, "proj_1", { stage: null, reason: null }),
    transitions.readTask(db, "proj_1", { token: null, trusted: false }),
    transitions.readStats(db),
    transitions.receiveCallback(db, callbackOf(work)),
    transitions.hintAttempt(db, "r", { token: null }),
    transitions.claimWork(db, { limit: 1, providers: {}, answersBell: false }),
    transitions.announceCall(db, work),
    transitions.withdrawCall(db, work),
    transitions.recordSubmission(db, work, {
      request_id: "r",
      status_url: null,
      response_url: null,
      cancel_url: null,
    }),
    transitions.recordAnswer(db, work, { state: "cancelled" }),
    transitions.recordDelivery(db, DELIVERY_WORK, DELIVERED),
    transitions.claimDeliveries(db, 1),
    transitions.recordDeliveries(db, [{ work: DELIVERY_WORK, result: DELIVERED }]),
    transitions.readVideoTask(db, "proj_1", { token: null, trusted: false }),
    transitions.readVideoEvents(db, "proj_1", { token: null, trusted: false, after: 0 }),
    transitions.cancelVideoTask(db, "proj_1"),
    transitions.readModelAliases(db),
    transitions.ringBell(db),
    transitions.isBellDeaf(db),
  ]);
  return calls;
}

const STEP_WORK: steps.StepWork = {
  kind: "step",
  step_id: "step_1",
  step: "generate_clip",
  mode: "start",
  claim_token: crypto.randomUUID(),
  project_id: "proj_1",
  attempt: {
    attempt_id: "att_1",
    attempt_token: "att_1.x",
    number: 1,
    provider: "fal",
    input: {},
    request_id: null,
    status_url: null,
    response_url: null,
    cancel_url: null,
    created_at: "2026-11-22T00:00:00Z",
  },
};

const DELIVERY_WORK: deliveries.DeliveryWork = {
  kind: "delivery",
  delivery_id: "dlv_1",
  claim_token: crypto.randomUUID(),
  endpoint_id: null,
  url: "https://client.test",
  webhook_id: "msg_1",
  body: "{}",
  headers: {},
  number: 1,
};

const DELIVERED: deliveries.DeliveryResult = {
  status_code: 200,
  error: null,
  duration_ms: 1,
  response_excerpt: null,
  retry_after: null,
};

type Signature = { name: string; all: string[]; required: string[] };

async function readSignatures(sql: Sql): Promise<Signature[]> {
  return await sql<Signature[]>`
    select
      proname as name,
      coalesce(proargnames[1:pronargs], '{}') as all,
      coalesce(proargnames[1:pronargs - pronargdefaults], '{}') as required
    from pg_proc
    where pronamespace = 'public'::regnamespace`;
}
