import assert from "node:assert/strict";
import { DatabaseError } from "../database.ts";
import { handMadeWorld } from "../testing/hand_made_world.ts";
import { createTogether } from "./create_together.ts";
import type { Job } from "./projects.ts";

const CREATED = { outcome: "created", project_id: "proj_1", status: "queued", task_token: "tok" };
const DUPLICATE = { ...CREATED, outcome: "duplicate" };

function aJob(given: Partial<Job> = {}): Job {
  return {
    ...{ via: "webhook", video_id: "v", user_id: "u", chat_id: null, user_email: null },
    ...{ user_name: null, source: null, prompt: "p", image_url: null, model: null },
    ...{ aspect_ratio: null, is_revision: false, callback_url: null, events: null },
    ...{ webhook_headers: null, idempotency_key: null, execution_mode: null, metadata: {} },
    ...{ scenes: [], request: "{}" },
    ...given,
  };
}

// Deno loads it when it is first asked for, and lets promises go on meanwhile.
new AbortController().abort();

/** A database with these answers, and the names of what was called. */
function aDatabase(sql: Record<string, unknown>) {
  const { deps, calls } = handMadeWorld({ sql });
  const create = createTogether({ ...deps, sleep: () => new Promise(() => {}) });
  return { create, names: () => calls.map(({ name }) => name), calls };
}

Deno.test("jobs that come at the same moment go to the database together after the first", async () => {
  // What answers too many or too few is not believed: the first one is sent again.
  const { create, calls } = aDatabase({
    create_projects: [CREATED, CREATED],
    create_project: DUPLICATE,
  });

  const answers = await Promise.all([create(aJob()), create(aJob()), create(aJob())]);

  const amounts = calls.map(({ args }) => Array.isArray(args.p_jobs) ? args.p_jobs.length : "one");
  assert.deepEqual(amounts.toSorted(), [1, 2, "one"]);
  assert.deepEqual(answers.map(({ outcome }) => outcome), ["duplicate", "created", "created"]);
});

Deno.test("a job that the database does not take with others is sent alone", async () => {
  const { create, names } = aDatabase({ create_projects: [null], create_project: DUPLICATE });

  assert.equal((await create(aJob())).outcome, "duplicate");
  assert.deepEqual(names(), ["create_projects", "create_project"]);
});

Deno.test("of jobs that failed together each is tried alone", async () => {
  const bad = new DatabaseError("Cannot call create_projects: no", "22003", false);
  const { create, names } = aDatabase({ create_projects: bad, create_project: CREATED });

  const answers = await Promise.all([create(aJob()), create(aJob()), create(aJob())]);

  assert.deepEqual(answers.map(({ outcome }) => outcome), Array(3).fill("created"));
  assert.deepEqual(names().toSorted(), [
    ...["create_project", "create_project", "create_project"],
    ...["create_projects", "create_projects"],
  ]);
});

Deno.test("a database that takes no several yet gets them one by one", async () => {
  const unknown = new DatabaseError("Cannot call create_projects: not found", "PGRST202", true);
  const { create } = aDatabase({ create_projects: unknown, create_project: CREATED });

  assert.equal((await create(aJob())).outcome, "created");
});

Deno.test("a database that is away is asked once for all that came together", async () => {
  const away = new DatabaseError("Cannot call create_projects: away", "", true);
  const { create, names } = aDatabase({ create_projects: away, create_project: CREATED });

  const answers = await Promise.allSettled([create(aJob()), create(aJob()), create(aJob())]);

  assert.deepEqual(answers.map(({ status }) => status), Array(3).fill("rejected"));
  assert.deepEqual(names(), ["create_projects", "create_projects"]);
});

Deno.test("what is slow, large or may be refused goes alone at once", async () => {
  const { create, names } = aDatabase({ create_project: CREATED });
  const music = { prompt: "Slow", model: "m", volume: 1, ducking: false };
  const jobs = [
    aJob({ request: JSON.stringify("x".repeat(40_000)) }),
    aJob({ stop_at: "stills" }),
    aJob({ max_cost_usd: 1 }),
    aJob({ is_revision: true }),
    aJob({ storyboard: "model" }),
    aJob({ film_options: { music } }),
  ];

  for (const job of jobs) await create(job);

  assert.deepEqual(names(), jobs.map(() => "create_project"));
});

Deno.test("what is null or taken for granted is not sent, but what the sender's metadata say of it", async () => {
  const { create, calls } = aDatabase({ create_projects: [CREATED] });
  const chunk = { prompt: "p", duration: null, driver_video_url: null, audio_url: null };
  const metadata = { campaign: null };
  const scene = { prompt: "p", image_url: null, continuity: "cut" } as const;
  await create(aJob({
    metadata,
    storyboard: "none",
    scenes: [
      { ...scene, metadata, chunks: [{ ...chunk, model: "m" }] },
      { ...scene, metadata: {}, chunks: [{ ...chunk, model: "m", prompt: "another" }] },
    ],
  }));

  const sent: unknown = JSON.parse(JSON.stringify(calls[0]?.args.p_jobs));
  assert.deepEqual(sent, [{
    ...{ via: "webhook", video_id: "v", user_id: "u", prompt: "p", metadata },
    scenes: [
      { prompt: "p", continuity: "cut", metadata, chunks: [{ model: "m" }] },
      { prompt: "p", continuity: "cut", chunks: [{ model: "m", prompt: "another" }] },
    ],
    request: "{}",
  }]);
});

Deno.test("who does what is sent once for all jobs of an installation", async () => {
  const { create, calls } = aDatabase({ create_projects: [CREATED] });
  const providers = { stitch: "fal", generate_clip: "video" } as const;

  await create(aJob({ providers }));
  await create(aJob());

  const [named, unnamed] = calls.map(({ args }) => JSON.parse(JSON.stringify(args)));
  assert.deepEqual(named.p_providers, providers);
  assert.equal("providers" in named.p_jobs[0], false);
  assert.equal(unnamed.p_providers, null);
});
