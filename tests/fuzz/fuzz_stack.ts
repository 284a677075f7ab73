import { createHmac } from "node:crypto";
import { z } from "zod";
import { createSigningKey, type SigningKey } from "../../local/simulators/fal/signing_key.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import type { Known } from "./bodies.ts";
import type { Path } from "./calls.ts";

const Posted = z.object({ project_id: z.string() });
const Parameters = z.array(z.object({ name: z.string(), in: z.string() })).optional();
const Document = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ parameters: Parameters }))),
});

/** A stack whose work nobody does, with a film in it that waits for a callback. */
export type FuzzStack = {
  stack: Stack;
  known: Known;
  /** Every path that the OpenAPI document has. */
  paths: Path[];
  falKey: SigningKey;
  /** A digest of every row that a request could change, but of what time alone changes. */
  state(): Promise<string>;
  /** Promises that are broken. */
  broken(): Promise<string[]>;
  stop(): Promise<void>;
};

/** Written by the sweep and the bell, whoever asks for what; the runner's door counts the bells. */
const BY_TIME = ["bell", "housekeeping", "door_requests"];

/** One for the door and for the source below it: a request is signed before its path is looked at. */
const SECRETS = { WEBHOOK_SECRET: "fuzz-secret", FUZZ_SOURCE_SECRET: "fuzz-secret" };

export async function startFuzzStack(
  { log = () => {} }: { log?: (line: string) => void } = {},
): Promise<FuzzStack> {
  await using started = new AsyncDisposableStack();
  const falKey = await createSigningKey();
  const keys = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => Response.json(falKey.jwks),
  );
  started.defer(() => keys.shutdown());
  const stack = await startStack({
    apiPort: 0,
    dbPort: 0,
    simulators: false,
    env: { ...SECRETS, FAL_JWKS_URL: `http://127.0.0.1:${keys.addr.port}/jwks.json`, FAL_KEY: "" },
    log,
  });
  started.defer(() => stack.stop());
  await putSource(stack);
  const known = { ...await insertFilm(stack), ...await insertEndpoint(stack) };
  const paths = await readPaths(stack);
  await untilCounted(stack, ["webhook", "webhook-manage"]);

  const running = started.move();
  return {
    stack,
    known,
    paths,
    falKey,
    state: () => digest(stack),
    async broken() {
      const rows = await stack.sql`select * from private.check_invariants()`;
      return rows.map((row) => JSON.stringify(row));
    },
    stop: () => running.disposeAsync(),
  };
}

async function readPaths({ apiUrl }: Stack): Promise<Path[]> {
  const answer = await fetch(`${apiUrl}/functions/v1/webhook-manage/openapi.json`);
  const { paths } = Document.parse(await answer.json());
  return Object.entries(paths).map(([path, operations]) => {
    const [, door = "", suffix = ""] = /^\/([^/]+)(.*)$/.exec(path) ?? [];
    const query = Object.values(operations).flatMap(({ parameters = [] }) =>
      parameters.filter((one) => one.in === "query").map(({ name }) => name)
    );
    const methods = Object.keys(operations).map((method) => method.toUpperCase());
    return { door, path: suffix.replace(/\{\w+\}/, "ID"), query, methods };
  });
}

/** `POST /webhook/fuzz-source`, which hands what it takes to no handler. */
async function putSource({ apiUrl, env }: Stack): Promise<void> {
  const answer = await fetch(`${apiUrl}/functions/v1/webhook-manage/sources/fuzz-source`, {
    method: "POST",
    headers: { apikey: env.OPERATOR_KEY ?? "" },
    body: JSON.stringify({
      scheme: "hmac",
      secret_name: "FUZZ_SOURCE_SECRET",
      id_path: "request_id",
      type_path: "status",
    }),
  });
  if (!answer.ok) throw new Error(`Cannot put source: ${answer.status} ${await answer.text()}`);
}

/** A film that waits for its clip, and a worker's own chunk that a callback would complete. */
async function insertFilm(
  { apiUrl, env, sql }: Stack,
): Promise<Omit<Known, "endpointId" | "deliveryId">> {
  const body = JSON.stringify({ video_id: "fuzz", user_id: "fuzz", prompt: "Boats at dawn" });
  const signature = createHmac("sha256", env.WEBHOOK_SECRET ?? "").update(body).digest("hex");
  const answer = await fetch(`${apiUrl}/functions/v1/webhook`, {
    method: "POST",
    headers: { "x-webhook-signature": signature },
    body,
  });
  const { project_id: projectId } = Posted.parse(await answer.json());
  const [scene] = await sql`select scene_id from public.scenes where project_id = ${projectId}`;
  const [step] = await sql`select step_id from private.steps where project_id = ${projectId}`;
  const requestId = "fuzz-request-1";
  await sql`
    insert into public.video_chunks (request_id, status) values (${requestId}, 'SUBMITTED')`;
  return { requestId, projectId, sceneId: scene?.scene_id, stepId: step?.step_id };
}

/** An endpoint that is switched off, and a delivery that it has skipped: nothing is sent meanwhile. */
async function insertEndpoint({ sql }: Stack): Promise<Pick<Known, "endpointId" | "deliveryId">> {
  const url = "http://127.0.0.1:1/x";
  const [endpoint] = await sql`
    insert into private.endpoints (user_id, url, is_enabled, disabled_at, disable_reason)
    values ('fuzz', ${url}, false, now(), 'fuzz')
    returning endpoint_id`;
  const endpointId: string = endpoint?.endpoint_id;
  await sql`
    insert into private.endpoint_secrets (endpoint_id, secret)
    values (${endpointId}, ${`whsec_${btoa("a secret of twenty-four.")}`})`;
  const [delivery] = await sql`
    insert into public.webhook_deliveries (endpoint_id, type, url, body, status)
    values (${endpointId}, 'scene.completed', ${url}, '{}', 'skipped')
    returning delivery_id`;
  return { endpointId, deliveryId: delivery?.delivery_id };
}

/** Doors report what they answered in the background: what we have asked for is no stranger's doing. */
async function untilCounted({ sql }: Stack, doors: string[]): Promise<void> {
  for (const until = performance.now() + 20_000; performance.now() < until;) {
    const rows = await sql`
      select distinct door from private.door_requests where door in ${sql(doors)}`;
    if (rows.length === doors.length) return;
  }
  throw new Error(`Cannot begin: not all of ${doors.join(", ")} has told of its answers`);
}

async function digest({ sql }: Stack): Promise<string> {
  const tables = await sql`
    select schemaname, tablename from pg_tables
    where schemaname in ('public', 'private', 'storage') and tablename not in ${sql(BY_TIME)}
    order by 1, 2`;
  const digests: string[] = [];
  for (const { schemaname, tablename } of tables) {
    const [row] = await sql`
      select count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' order by t::text)), '') as d
      from ${sql(schemaname)}.${sql(tablename)} as t`;
    digests.push(`${schemaname}.${tablename} ${row?.d}`);
  }
  const [counted] = await sql`
    select count(*) as n from private.door_requests where door <> 'pipeline-step'`;
  digests.push(`private.door_requests ${counted?.n}`);
  return digests.join("\n");
}
