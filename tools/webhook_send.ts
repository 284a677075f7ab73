import { DOOR_NAMES } from "../supabase/functions/_shared/credentials.ts";
import { printable } from "../local/printable.ts";
import {
  type Get,
  readSecrets,
  webhookBaseUrl,
  withoutSlash,
} from "../supabase/functions/_shared/env.ts";
import { readFetchFailure } from "../supabase/functions/_shared/fetch_failure.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { readEnvironment } from "./read_environment.ts";
import { readArguments, refuse } from "./usage.ts";
import { pathOf, SCHEMES, shownHeaders, signedHeaders, withValues } from "./webhook_request.ts";
import { WEBHOOK_SAMPLES } from "./webhook_samples.ts";
import { isSchemeName, signAs, SOURCE_SCHEMES } from "./webhook_signing.ts";

const USAGE = `deno task webhook:send <door> [options]
deno task webhook:send webhook/<source> --scheme NAME --secret VARIABLE [options]

Signs a body with the door's secret (from the shell, else supabase/functions/.env), sends it and
prints request and answer. Without --body it sends the door's first sample; to a custom source
an event with an id of its own.

  --sample NAME     another sample, see below
  --body FILE|JSON  a file, - for standard input, or the JSON itself, sent as the bytes they are
  --set PATH=VALUE  a value in a sample, e.g. --set request_id=abc, again for the next
  --scheme NAME     ${SCHEMES.join(", ")};
                    for a custom source ${SOURCE_SCHEMES.slice(0, 8).join(", ")},
                    ${SOURCE_SCHEMES.slice(8).join(", ")}
  --secret VARIABLE the environment variable with the secret, for a door instead of its usual one;
                    of ed25519 and discord the private key, 32 bytes in hex or base64
  --header NAME     where a custom source of such a scheme has its signature
  --token TOKEN     the attempt's token, put into the URL as ?token=
  --url BASE        default: WEBHOOK_BASE_URL, else http://127.0.0.1:54321/functions/v1
  --dry             print the request, send nothing

Doors and samples:
${
  Object.entries(WEBHOOK_SAMPLES)
    .map(([door, samples]) => `  ${door.padEnd(20)}${Object.keys(samples).join(", ")}`)
    .join("\n")
}

Exits 0 when the door answers 2xx.`;

/** A door answers a callback within this time, or something is wrong with it. */
const TIMEOUT_MS = 30_000;

if (import.meta.main) {
  try {
    Deno.exit(await main() ? 0 : 1);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
  }
}

async function main(): Promise<boolean> {
  const { values, positionals: [door] } = readArguments(USAGE, {
    allowPositionals: true,
    options: {
      sample: { type: "string" },
      body: { type: "string" },
      set: { type: "string", multiple: true, default: [] },
      scheme: { type: "string" },
      secret: { type: "string" },
      header: { type: "string" },
      token: { type: "string" },
      url: { type: "string" },
      dry: { type: "boolean", default: false },
    },
  });
  if (door === undefined) refuse(USAGE);
  const get = await readEnvironment({ root: PROJECT_ROOT });
  const body = values.body === undefined
    ? JSON.stringify(withValues(sample(door, values.sample), values.set))
    : await readBody(values.body);
  const headers = signedFor(door, { ...values, body, get });
  const base = values.url ?? webhookBaseUrl(get) ?? "http://127.0.0.1:54321/functions/v1";
  const url = `${withoutSlash(base)}/${pathOf(door)}`;
  const query = values.token === undefined ? "" : `?token=${encodeURIComponent(values.token)}`;

  console.log(`POST ${url}${query && "?token=(hidden)"}`);
  const secrets = values.secret === undefined ? [] : readSecrets(get, values.secret);
  for (const line of shownHeaders(headers, secrets)) console.log(line);
  console.log(`\n${body}\n`);
  if (values.dry) return true;

  const started = performance.now();
  const answer = await fetch(url + query, {
    method: "POST",
    headers,
    body,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error) => {
    throw new Error(`Cannot reach ${url}: ${readFetchFailure(error).words}`);
  });
  const text = await answer.text();
  console.log(
    `${answer.status} after ${Math.round(performance.now() - started)} ms\n${printable(text)}`,
  );
  return answer.ok;
}

/** Signs for a door of ours, or for `webhook/<source>`. */
function signedFor(
  door: string,
  { body, scheme, secret, header, get }: {
    body: string;
    scheme?: string;
    secret?: string;
    header?: string;
    get: Get;
  },
): Record<string, string> {
  const now = Date.now();
  if (isSource(door)) {
    if (scheme === undefined || !isSchemeName(scheme)) {
      throw new Error(`Cannot sign for ${door}: --scheme has to be ${SOURCE_SCHEMES.join(", ")}`);
    }
    const [known] = readSecrets(get, secret ?? "");
    if (known === undefined) {
      throw new Error(
        `Cannot sign for ${door}: --secret has to name a variable of the shell or of ` +
          "supabase/functions/.env that holds it",
      );
    }
    const headers = signAs(scheme, { header, body, secret: known, now });
    return { "content-type": "application/json", ...headers };
  }
  const own = SCHEMES.find((name) => name === scheme);
  if (scheme !== undefined && own === undefined) {
    throw new Error(`Cannot sign by "${scheme}": the schemes are ${SCHEMES.join(", ")}`);
  }
  return signedHeaders(door, { body, scheme: own, variable: secret, get, now });
}

function isSource(door: string): boolean {
  return /^webhook\/[^/]+$/.test(door);
}

function sample(door: string, name?: string): Record<string, unknown> {
  if (isSource(door)) {
    return { id: crypto.randomUUID(), type: "test", timestamp: new Date().toISOString() };
  }
  const samples = WEBHOOK_SAMPLES[door];
  if (samples === undefined) {
    throw new Error(`Cannot send to "${door}": the doors are ${DOOR_NAMES.join(", ")}`);
  }
  const body = samples[name ?? Object.keys(samples)[0] ?? ""];
  if (body === undefined) {
    throw new Error(`Cannot send "${name}": ${door} has ${Object.keys(samples).join(", ")}`);
  }
  return body;
}

async function readBody(argument: string): Promise<string> {
  if (argument === "-") return await new Response(Deno.stdin.readable).text();
  if (/^\s*[[{"]/.test(argument)) return argument;
  return await Deno.readTextFile(argument);
}
