import { ApiError, createClient } from "../console/src/api/client.ts";
import { readKey } from "../console/src/api/operator_key.ts";
import { Board } from "../console/src/api/shapes/board.ts";
import { Story } from "../console/src/api/shapes/story.ts";
import { createPaint, wantsColours } from "../local/paint.ts";
import { printable, printableJson } from "../local/printable.ts";
import { withoutSlash } from "../supabase/functions/_shared/env.ts";
import { isHttpUrl } from "./is_http_url.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { drawBoard } from "./status/draw_board.ts";
import { drawStory } from "./status/draw_story.ts";
import { readEnvironment } from "./read_environment.ts";
import { explain } from "./status/explain.ts";
import { readArguments, refuse } from "./usage.ts";

const USAGE = `deno task status [<film's id>] [--url URL] [--api-port N] [--json]

Tells a film's story in one screen: its scenes, what happened when, what it cost, and what it waits
for at this moment. Without an id: the films that are under way, and the newest ones.

  --url       a hosted project: https://<ref>.supabase.co; OPERATOR_KEY has to be set to its key
  --api-port  of the stack on this machine (default 54321), with OPERATOR_KEY of supabase/functions/.env
  --json      what the API says, as it is

Exits 1 when there is no such film, or nobody answers.`;

if (import.meta.main) Deno.exit(await main().catch(complain));

async function main(): Promise<number> {
  const { values, positionals } = readArguments(USAGE, {
    allowPositionals: true,
    options: {
      url: { type: "string" },
      "api-port": { type: "string", default: "54321" },
      json: { type: "boolean", default: false },
    },
  });
  const [id, ...others] = positionals;
  if (others.length > 0) refuse("Expected one film's id");

  const isLocal = values.url === undefined;
  const base = functionsUrl(values.url ?? localUrl(values["api-port"]));
  const read = readKey(await operatorKey(isLocal));
  if ("refused" in read) refuse(`Cannot use OPERATOR_KEY: ${read.refused}`);
  const client = createClient({ base: `${base}/webhook-manage`, key: read.key });

  const isTerminal = Deno.stdout.isTerminal();
  const paint = createPaint(wantsColours({ isTerminal, get: (name) => Deno.env.get(name) }));
  const look = { paint, now: Date.now(), width: isTerminal ? Deno.consoleSize().columns : 100 };
  try {
    if (id === undefined) {
      const board = await client.read("/browse/board?limit=12", Board);
      console.log(values.json ? printableJson(board) : drawBoard(board, look));
    } else {
      const story = await client.read(`/projects/${encodeURIComponent(id)}`, Story);
      console.log(values.json ? printableJson(story) : drawStory(story, look));
    }
    return 0;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new Error(explain(error, { base, id, isLocal }));
  }
}

function localUrl(port: string): string {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    refuse(`Cannot read --api-port: ${port} is no port`);
  }
  return `http://127.0.0.1:${port}`;
}

function functionsUrl(url: string): string {
  if (!isHttpUrl(url)) {
    refuse("Cannot read --url: it takes a project's address, https://<ref>.supabase.co");
  }
  return `${withoutSlash(url).replace(/\/functions\/v1$/, "")}/functions/v1`;
}

/** The shell's wins; the file is this machine's own. */
async function operatorKey(isLocal: boolean): Promise<string> {
  const given = Deno.env.get("OPERATOR_KEY");
  if (!given && !isLocal) refuse("Set OPERATOR_KEY to the hosted project's key");
  const key = given || (await readEnvironment({ root: PROJECT_ROOT }))("OPERATOR_KEY");
  if (!key) refuse("There is no OPERATOR_KEY: `deno task start` makes one");
  return key.split(",")[0] ?? "";
}

function complain(error: unknown): number {
  console.error(`Cannot tell: ${printable(error instanceof Error ? error.message : `${error}`)}`);
  return 1;
}
