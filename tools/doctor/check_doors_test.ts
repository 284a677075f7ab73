import assert from "node:assert/strict";
import { standardHeaders } from "../../supabase/functions/_shared/signatures/standard_webhooks.ts";
import { checkDoors } from "./check_doors.ts";
import { finding } from "./finding.ts";

const SECRET = "whsec_" + btoa("a bell secret of at least 24 bytes");
const NOW = Date.UTC(2026, 10, 22);

type Answer = { status: number; body?: unknown };
/** How each door answers, by method and path; the rest answers as a healthy one. */
type Doors = Record<string, Answer>;

const HEALTHY: Doors = {
  "GET /webhook": { status: 200, body: { status: "ok", door: "webhook" } },
  "POST /webhook": { status: 401, body: { error: "Invalid signature" } },
  "GET /pipeline-step": { status: 200, body: { status: "ok", door: "pipeline-step" } },
  "POST /pipeline-step": { status: 401, body: { error: "Invalid signature" } },
};

Deno.test("doctor rings the bell as the database does, and is content with healthy doors", async () => {
  const { lines, bells } = await report({});

  assert.deepEqual(lines, [
    "ok       Door webhook is open, and closed to strangers",
    "ok       Door pipeline-step is open, and closed to strangers",
    "ok       The runner answers a bell with 202",
  ]);
  assert.equal(bells.length, 1);
});

Deno.test("doctor says of each door what is wrong with it", async () => {
  const breaks: [Doors, RegExp][] = [
    [{ "GET /webhook": { status: 404 } }, /^wrong +Door webhook answers a GET with 404/m],
    [{ "GET /webhook": { status: 200, body: "<html>" } }, /^wrong +Door webhook answers a GET/m],
    [
      { "POST /webhook": { status: 503, body: { error: "Not configured" } } },
      /^note +Door webhook is not configured/m,
    ],
    [
      { "POST /webhook": { status: 200, body: {} } },
      /^wrong +Door webhook answers a stranger with 200, not with 401/m,
    ],
    [
      { "POST /webhook": { status: 500, body: { error: "Webhook processing failed" } } },
      /^wrong +Door webhook answers a stranger with 500 \(Webhook processing failed\)/m,
    ],
  ];
  for (const [doors, expected] of breaks) assert.match((await report(doors)).text, expected);
});

Deno.test("doctor tells a runner that refuses the bell from one that is broken", async () => {
  const other = "whsec_" + btoa("another bell secret of 24 bytes");

  assert.match(
    (await report({}, { PIPELINE_BELL_SECRET: other })).text,
    /^wrong +The runner answers a bell with 401\n.*supabase secrets set/m,
  );
  assert.match(
    (await report({ BELL: { status: 500 } })).text,
    /^wrong +The runner answers a bell with 500/m,
  );
  assert.match((await report({}, {})).text, /^note +The bell was not tried/m);
});

Deno.test("doctor says that nobody is there", async () => {
  const functionsUrl = await withDoors({}, (url) => Promise.resolve(url));
  const get = (name: string) => name === "PIPELINE_BELL_SECRET" ? SECRET : undefined;

  const findings = await checkDoors(["webhook"], { functionsUrl, get, fetch, now: () => NOW });

  const start = "deno task start; where its ports are others, --db and --functions take them";
  assert.deepEqual(findings, [
    { state: "missing", what: "Door webhook cannot be reached: connection refused", todo: start },
    { state: "missing", what: "The runner cannot be reached: connection refused", todo: start },
  ]);
});

Deno.test("doctor asks the operator's door for its health, where it has the key", async () => {
  const desk = (answer: Answer, env: Record<string, string> = { OPERATOR_KEY: "key" }) =>
    report({ "GET /webhook-manage/health": answer }, env, ["webhook-manage"]);

  assert.match((await desk({ status: 200 })).text, /^ok +Door webhook-manage is open, and/);
  assert.match((await desk({ status: 401 }, {})).text, /^ok +Door webhook-manage is closed to/);
  assert.match((await desk({ status: 401 })).text, /^wrong +Door .* does not take OPERATOR_KEY/);
  assert.match(
    (await desk({ status: 503, body: { error: "Failing: sweep" } })).text,
    /^wrong +Door webhook-manage answers 503 \(Failing: sweep\)/,
  );
});

async function report(
  doors: Doors,
  env: Record<string, string> = { PIPELINE_BELL_SECRET: SECRET },
  names = ["webhook", "pipeline-step"],
): Promise<{ lines: string[]; text: string; bells: string[] }> {
  const bells: string[] = [];
  const findings = await withDoors(
    doors,
    (functionsUrl) =>
      checkDoors(names, {
        functionsUrl,
        get: (name) => env[name],
        fetch,
        now: () => NOW,
      }),
    bells,
  );
  const lines = findings.map(finding);
  return { lines, text: lines.join("\n"), bells };
}

/** Doors on loopback; a bell that is signed with SECRET is answered with 202. */
async function withDoors<T>(
  doors: Doors,
  use: (url: string) => Promise<T>,
  bells: string[] = [],
): Promise<T> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const body = await request.text();
    const id = request.headers.get("webhook-id");
    if (id !== null) {
      const expected = standardHeaders({ id, timestamp: NOW / 1000, body, secret: SECRET });
      const isOurs = request.headers.get("webhook-signature") === expected["webhook-signature"];
      if (isOurs) bells.push(body);
      return new Response("{}", { status: doors.BELL?.status ?? (isOurs ? 202 : 401) });
    }
    const key = `${request.method} ${new URL(request.url).pathname}`;
    const { status, body: answer = {} } = doors[key] ?? HEALTHY[key] ?? { status: 404 };
    return Response.json(answer, { status });
  });
  try {
    return await use(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}
