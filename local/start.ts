import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { loadEnvironment } from "./env.ts";
import { startFilmTicker } from "./film_ticker.ts";
import { openLogFile } from "./log_file.ts";
import { type Cast, readCast } from "./outside.ts";
import { createPaint, wantsColours } from "./paint.ts";
import { shellWord } from "./shell_word.ts";
import { type Stack, startStack } from "./stack.ts";
import { untilStarterIsGone } from "./starters.ts";
import { isForTerminal } from "./terminal_lines.ts";
import { readTunnel, startTunnel, tunnelCommand } from "./tunnel.ts";
import { readArguments } from "../tools/usage.ts";

const HELP = `deno task start [--api-port N] [--db-port M] [--providers NAME] [--fresh] [--tunnel]

Runs the pocket Supabase on this machine until ctrl-C: Postgres, the API with the functions, rpc and
storage, and simulators of who does the work, all on 127.0.0.1. Prints "ready <api url>" when it is.

  --api-port N      the API's port (default 54321; 0 takes a free one)
  --db-port M       Postgres's port (default 54322; 0 takes a free one)
  --providers NAME  who does the work: fal (default), services (video, frame and stitch service,
                    no fal at all), mixed (a frame service, fal for the rest) or studio (fal, and a
                    stitch service that finishes)
  --fresh           throws away what an earlier run on these ports has kept
  --tunnel          runs ngrok as well, with NGROK_DOMAIN and NGROK_AUTH_TOKEN (docs/local-tunnel.md)
  --help            shows this

Data are kept in .reelay/<api port>-<db port>/; with a free port they are thrown away at the end.
What functions and stack say stands in .reelay/<api port>-<db port>.log; a terminal shows how films
get on, and trouble. DEBUG=webhooks:* makes the doors tell each request's story, on the terminal too.
Secrets are read from supabase/functions/.env, where the first start writes them, and from the
shell, which wins. .env.example explains every variable.`;

const ROOT = fileURLToPath(new URL("..", import.meta.url));

type Options = {
  apiPort: number;
  dbPort: number;
  providers: Cast;
  fresh: boolean;
  tunnel: boolean;
};

function readOptions(): Options {
  const { values } = readArguments(HELP, {
    options: {
      "api-port": { type: "string", default: "54321" },
      "db-port": { type: "string", default: "54322" },
      providers: { type: "string", default: "fal" },
      fresh: { type: "boolean", default: false },
      tunnel: { type: "boolean", default: false },
    },
  });
  return {
    apiPort: readPort("--api-port", values["api-port"]),
    dbPort: readPort("--db-port", values["db-port"]),
    providers: readCast(values.providers),
    fresh: values.fresh,
    tunnel: values.tunnel,
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

The answer's status_url shows how it gets on; \`deno task status\` and the console tell its story:

  ${apiUrl}/console/   (sign in with OPERATOR_KEY of supabase/functions/.env)
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

async function run(
  { apiPort, dbPort, providers, fresh, tunnel: runsTunnel }: Options,
): Promise<void> {
  const ended = untilAskedToEnd();
  const keeps = apiPort !== 0 && dbPort !== 0;
  const folder = join(ROOT, ".reelay", `${apiPort}-${dbPort}`);
  await using running = new AsyncDisposableStack();
  const file = keeps ? running.adopt(await openLogFile(`${folder}.log`), (it) => it.close()) : null;
  let isQuiet = false;
  const log = (line: string) => {
    if (!isQuiet || isForTerminal(line)) console.log(line);
    file?.write(line);
  };

  const given = await loadEnvironment({ root: ROOT, shell: Deno.env.toObject(), log });
  const tunnel = readTunnel(given, { port: apiPort });
  if (runsTunnel && tunnel === null) {
    throw new Error("Cannot run the tunnel: NGROK_DOMAIN and NGROK_AUTH_TOKEN are not set");
  }
  log(`Starting Postgres, the functions, the API and simulators (${providers})`);
  const starting = startStack({
    apiPort,
    dbPort,
    dataDir: keeps ? folder : undefined,
    fresh,
    providers,
    env: tunnel && given.WEBHOOK_BASE_URL === undefined ? { WEBHOOK_BASE_URL: tunnel.baseUrl } : {},
    log,
  });
  running.defer(async () => await (await starting.catch(() => null))?.stop());

  const stack = await Promise.race([starting, ended]);
  if (typeof stack !== "string") {
    log(`Postgres: ${stack.dbUrl}`);
    if (file) log(`Log: tail -f ${shellWord(file.path)}`);
    const it = openTunnel(stack, { given, runs: runsTunnel, log });
    if (it) running.adopt(it, (it) => it.stop());
    console.log(howToPost(stack));
    log(`ready ${stack.apiUrl}`);
    isQuiet = file !== null && Deno.stdout.isTerminal() && !given.DEBUG;
    running.adopt(
      await startFilmTicker({
        sql: stack.sql,
        paint: createPaint(
          wantsColours({
            isTerminal: Deno.stdout.isTerminal(),
            get: (name) => Deno.env.get(name),
          }),
        ),
        say: (line) => console.log(line),
      }),
      (ticker) => ticker.stop(),
    );
  }
  const why = await ended;
  isQuiet = false;
  log(`Stopping, because of ${why}`);
}

/** Runs the tunnel, or says how to. Null where it is not run from here. */
function openTunnel(
  { apiUrl, env }: Stack,
  { given, runs, log }: {
    given: Record<string, string>;
    runs: boolean;
    log: (line: string) => void;
  },
): ReturnType<typeof startTunnel> | null {
  const tunnel = readTunnel(given, { port: Number(new URL(apiUrl).port) });
  if (tunnel === null) return null;
  log(`Providers call back at ${env.WEBHOOK_BASE_URL}`);
  if (!runs) {
    log(`They reach it through this, in another terminal: ${tunnelCommand(tunnel)}`);
    return null;
  }
  const it = startTunnel(tunnel, { log });
  it.ended.then((code) => log(`The tunnel has ended with code ${code}`));
  return it;
}

if (import.meta.main) {
  try {
    await run(readOptions());
    Deno.exit(0);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(message);
    if (message.endsWith("another program is using it")) {
      console.error("Is an earlier start running? --api-port and --db-port take other ports");
    }
    Deno.exit(1);
  }
}
