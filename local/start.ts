import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { type Cast, readCast } from "./outside.ts";
import { type Stack, startStack } from "./stack.ts";
import { untilStarterIsGone } from "./starters.ts";

const HELP = `deno task start [--api-port N] [--db-port M] [--providers NAME] [--fresh]

Runs the pocket Supabase on this machine until ctrl-C: Postgres, the API with the functions, rpc and
storage, and simulators of who does the work, all on 127.0.0.1. Prints "ready <api url>" when it is.

  --api-port N      the API's port (default 54321; 0 takes a free one)
  --db-port M       Postgres's port (default 54322; 0 takes a free one)
  --providers NAME  who does the work: fal (default), services (video, frame and stitch service,
                    no fal at all) or mixed (a frame service, fal for the rest)
  --fresh           throws away what an earlier run on these ports has kept
  --help            shows this

Data are kept in .reelay/<api port>-<db port>/; with a free port they are thrown away at the end.
Secrets are read from supabase/functions/.env, where the first start writes them, and from the
shell, which wins. .env.example explains every variable.`;

const ROOT = fileURLToPath(new URL("..", import.meta.url));

type Options = { apiPort: number; dbPort: number; providers: Cast; fresh: boolean };

function readOptions(args: string[]): Options | "help" {
  const { values } = parseArgs({
    args,
    options: {
      "api-port": { type: "string", default: "54321" },
      "db-port": { type: "string", default: "54322" },
      providers: { type: "string", default: "fal" },
      fresh: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  return {
    apiPort: readPort("--api-port", values["api-port"]),
    dbPort: readPort("--db-port", values["db-port"]),
    providers: readCast(values.providers),
    fresh: values.fresh,
  };
}

function readPort(name: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`Cannot read ${name}: ${text} is no port`);
}

function howToPost({ apiUrl }: Stack): string {
  return `
Post a first job:

  . supabase/functions/.env
  body='{"video_id":"vid_1","user_id":"user_1","prompt":"A paper boat on a river at dawn"}'
  signature=$(printf %s "$body" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" | sed 's/.* //')
  curl -sS ${apiUrl}/functions/v1/webhook -H "X-Webhook-Signature: $signature" -d "$body"

The answer's status_url shows how it gets on.
`;
}

/** Resolves when somebody wants this to end; from then on a second signal ends it at once. */
function untilAskedToEnd(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    let asked = false;
    Deno.addSignalListener(signal, () => {
      if (asked) Deno.exit(130);
      asked = true;
      resolve(signal);
    });
  }
  untilStarterIsGone().then(() => resolve("the end of its starter"));
  return promise;
}

async function run({ apiPort, dbPort, providers, fresh }: Options): Promise<void> {
  const ended = untilAskedToEnd();
  const keeps = apiPort !== 0 && dbPort !== 0;
  console.log(`Starting Postgres, the functions, the API and simulators (${providers})`);
  const starting = startStack({
    apiPort,
    dbPort,
    dataDir: keeps ? join(ROOT, ".reelay", `${apiPort}-${dbPort}`) : undefined,
    fresh,
    providers,
    log: console.log,
  });

  try {
    const stack = await Promise.race([starting, ended]);
    if (typeof stack !== "string") {
      console.log(`Postgres: ${stack.dbUrl}`);
      console.log(howToPost(stack));
      console.log(`ready ${stack.apiUrl}`);
    }
    console.log(`Stopping, because of ${await ended}`);
  } finally {
    await (await starting.catch(() => null))?.stop();
  }
}

if (import.meta.main) {
  try {
    const options = readOptions(Deno.args);
    if (options === "help") console.log(HELP);
    else await run(options);
    Deno.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
