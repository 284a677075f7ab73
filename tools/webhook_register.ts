import { printable } from "../local/printable.ts";
import { PROJECT_ROOT } from "./project_root.ts";
import { readEnvironment } from "./read_environment.ts";
import { readArguments, refuse } from "./usage.ts";
import {
  register,
  registrations,
  SERVICE_NAMES,
  shownRegistration,
} from "./webhook_registration.ts";

const USAGE = `deno task webhook:register [service...] [--dry]

Tells each service that is configured (${
  SERVICE_NAMES.join(", ")
}; or the named ones) where to post its
callbacks: POST <service>/api/webhooks/register with the door's URL, the events and the secret that
it shall sign with, the first where a variable holds several. Prints what it sends, without secret
and key.

  --dry   print, send nothing

Variables come from the shell, else from supabase/functions/.env. fal.ai needs no registration: it is
told with each request. Exits 0 when every service answers 2xx.`;

if (import.meta.main) {
  try {
    Deno.exit(await main() ? 0 : 1);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
  }
}

async function main(): Promise<boolean> {
  const { values: { dry }, positionals: wanted } = readArguments(USAGE, {
    allowPositionals: true,
    options: { dry: { type: "boolean", default: false } },
  });
  const stranger = wanted.find((name) => !SERVICE_NAMES.includes(name));
  if (stranger !== undefined) {
    throw new Error(`Cannot register at "${stranger}": it is none of ${SERVICE_NAMES.join(", ")}`);
  }
  const all = registrations(await readEnvironment({ root: PROJECT_ROOT }))
    .filter(({ service }) => wanted.length === 0 || wanted.includes(service));
  if (all.length === 0) {
    throw new Error("Cannot register: the URL of no such service is set, see .env.example");
  }

  let isWell = true;
  for (const one of all) {
    console.log(shownRegistration(one));
    if (dry) continue;
    const { ok, answer } = await register(one);
    console.log(`${printable(answer)}\n`);
    isWell &&= ok;
  }
  return isWell;
}
