import { allowsPrivateTargets, type Get, optional } from "../../supabase/functions/_shared/env.ts";
import { readDsn } from "../../supabase/functions/_shared/sentry.ts";
import { isHttpUrl } from "../is_http_url.ts";
import { type Finding, wrong } from "./finding.ts";

const ADDRESSES = [
  "FAL_QUEUE_URL",
  "FAL_API_URL",
  "FAL_JWKS_URL",
  "OPENAI_BASE_URL",
  "NOTIFICATION_SERVICE_URL",
  "UPSTASH_REDIS_REST_URL",
];
const UPSTASH = ["UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN"];
/** Stands in docs/deploying.md where the key is to be put in. */
const NO_KEY = "put-the-key-of-fal-here";

/** Values that are taken, and do not do what whoever set them wanted: no log names them in time. */
export function checkValues(get: Get): Finding[] {
  return [
    ...ADDRESSES.flatMap((name) => address(name, optional(get, name))),
    ...falKey(optional(get, "FAL_KEY")),
    ...upstash(get),
    ...(optional(get, "CORS_ORIGINS") ?? "").split(",").flatMap((it) => origin(it.trim())),
    ...storeFilms(optional(get, "STORE_FILMS")),
    ...sentry(optional(get, "SENTRY_DSN")),
    ...privateTargets(get),
  ];
}

/** What stands there is not told: it may be a key in the wrong place, or have one within. */
function address(name: string, said: string | null): Finding[] {
  return said === null || isHttpUrl(said)
    ? []
    : [wrong(`${name} is no URL`, "docs/variables.md says what it takes")];
}

function falKey(said: string | null): Finding[] {
  if (said === null || (said !== NO_KEY && !/[\s,]/.test(said))) return [];
  return [
    wrong("FAL_KEY is no key of fal's", "copy one from fal.ai's dashboard; it holds one key"),
  ];
}

function upstash(get: Get): Finding[] {
  const unset = UPSTASH.filter((name) => optional(get, name) === null);
  return unset.length === 1
    ? [wrong(`${unset[0]} is not set: limits are counted in Postgres`, "set both, or neither")]
    : [];
}

/** A browser sends scheme and host, and both are compared as they are. */
function origin(said: string): Finding[] {
  if (said === "" || said === "*" || /^[a-z][a-z0-9+.-]*:\/\/[^/*\s]+\/?$/.test(said)) return [];
  return [wrong(
    `CORS_ORIGINS: no page has the origin ${said}`,
    "https://app.example.com, whole and without a path",
  )];
}

function storeFilms(said: string | null): Finding[] {
  return said === null || said === "always"
    ? []
    : [wrong(`STORE_FILMS takes always alone: ${said}`, "it does nothing meanwhile")];
}

function sentry(said: string | null): Finding[] {
  return said === null || readDsn(said) !== null
    ? []
    : [wrong("SENTRY_DSN is no DSN: no error is reported", "copy it from the project's settings")];
}

/** The runner would post into the network that it stands in, at any client's word. */
function privateTargets(get: Get): Finding[] {
  const base = optional(get, "SUPABASE_URL") ?? "";
  return allowsPrivateTargets(get) && base.startsWith("https:")
    ? [wrong("ALLOW_PRIVATE_TARGETS is set: callbacks may go to private addresses", "unset it")]
    : [];
}
