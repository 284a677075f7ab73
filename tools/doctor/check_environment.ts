import {
  DOOR_NAMES,
  doorCredentials,
  type DoorName,
} from "../../supabase/functions/_shared/credentials.ts";
import {
  allowsPrivateTargets,
  type Get,
  optional,
  readSecrets,
  webhookBaseUrl,
} from "../../supabase/functions/_shared/env.ts";
import { readFinishOffers } from "../../supabase/functions/_shared/planning/finish_offers.ts";
import { configureProviders } from "../../supabase/functions/_shared/providers.ts";
import { canSign } from "../../supabase/functions/_shared/signatures/standard_webhooks.ts";
import { readRateLimit } from "../../supabase/functions/_shared/limits/rate_limit.ts";
import { StepKind } from "../../supabase/functions/_shared/transitions/steps.ts";
import { checkValues } from "./check_values.ts";
import { type Finding, missing, note, ok, wrong } from "./finding.ts";

/** Doors of services that an installation with fal alone does not have. */
const OPTIONAL: readonly DoorName[] = ["video-complete", "last-frame-complete", "stitch-complete"];

/** Steps of films that ask for sound or captions; a job that asks for what nobody does is refused. */
const FINISHING: readonly StepKind[] = [
  "generate_voice",
  "generate_music",
  "level_music",
  "mux_audio",
  "mix_music",
  "burn_captions",
];

const LIMITS = ["WEBHOOK", "FAL", "VIDEO", "LAST_FRAME", "STITCH"].map((name) =>
  `RATE_LIMIT_${name}`
);

/** What the functions will find in an environment like this one, with what the platform adds. */
export function checkEnvironment(get: Get): Finding[] {
  const unusable: Finding[] = [];
  const log = (event: string, { missing: variable }: Record<string, unknown> = {}) => {
    if (!event.endsWith(".not_configured")) return;
    unusable.push(missing(`${variable}, or it cannot be used`, "see .env.example"));
  };
  const deps = { get, fetch, now: Date.now, log };
  const doors = DOOR_NAMES.flatMap((door): Finding[] => {
    if (doorCredentials(door, deps).configured) return [];
    const what = `Secret of the door ${door}`;
    return OPTIONAL.includes(door)
      ? [note(`${what} is not set: it answers 503`)]
      : [missing(what, "set its variable; .env.example names it")];
  });

  const { steps } = configureProviders(deps);
  // Films in test mode alone are made without a provider.
  const nobodys = StepKind.options.filter((step) => [undefined, "test"].includes(steps[step]));
  const undone = nobodys.filter((step) => !FINISHING.includes(step));
  const unfinished = nobodys.filter((step) => FINISHING.includes(step));
  return [
    ...doors.some(({ state }) => state === "missing")
      ? doors
      : [ok("Secrets of the doors"), ...doors],
    ...undone.map((step) =>
      missing(`A provider for ${step}`, "set FAL_KEY, or the service's URL and key")
    ),
    ...unusable,
    ...undone.length + unusable.length === 0
      ? [ok(`Providers: ${[...new Set(Object.values(steps))].join(", ")}`)]
      : [],
    optional(get, "OPENAI_API_KEY") === null
      ? note("OPENAI_API_KEY is not set: a prompt without scenes is split, no model writes them")
      : ok("OPENAI_API_KEY"),
    ...unfinished.length > 0
      ? [note(`Nobody does ${unfinished.join(", ")}: jobs that ask for it are refused`)]
      : [],
    ...finishModels(get),
    ...LIMITS.flatMap((name) => rateLimit(name, get)),
    ...filmUrls(optional(get, "FILM_URLS")),
    callbackSecrets(readSecrets(get, "CALLBACK_SIGNING_SECRET")),
    readSecrets(get, "OPERATOR_KEY").length === 0
      ? note("OPERATOR_KEY is not set: only admins with a JWT are let in at webhook-manage")
      : ok("OPERATOR_KEY"),
    ...falAccount(get),
    publicBase(get),
    ...checkValues(get),
  ];
}

/** A door whose limit cannot be read does not start. */
function rateLimit(name: string, get: Get): Finding[] {
  try {
    readRateLimit(name, get);
    return [];
  } catch (error) {
    return [wrong(error instanceof Error ? error.message : String(error), "see .env.example")];
  }
}

/** Whatever is not `signed` is public. */
function filmUrls(said: string | null): Finding[] {
  return said === null || ["public", "signed"].includes(said)
    ? []
    : [wrong(`FILM_URLS is neither public nor signed: ${said}`, "films are public meanwhile")];
}

/** fal's keys are the same for all its customers. */
function falAccount(get: Get): Finding[] {
  if (optional(get, "FAL_KEY") === null) return [];
  return [
    optional(get, "FAL_USER_ID") === null
      ? note(
        "FAL_USER_ID is not set: callbacks of other customers of fal's are recorded as well",
        "set it to x-fal-webhook-user-id of a callback in webhook_logs.headers",
      )
      : ok("FAL_USER_ID"),
  ];
}

/** A model that is set and cannot be used is as none, which nobody would notice before a job does. */
function finishModels(get: Get): Finding[] {
  const { speechModel, musicModel } = readFinishOffers(get);
  return Object.entries({ SPEECH_MODEL: speechModel, MUSIC_MODEL: musicModel })
    .flatMap(([variable, usable]) => {
      const model = optional(get, variable);
      if (model === null || usable !== null) return [];
      return [wrong(`${variable} cannot be used: ${model}`, "see .env.example; it needs FAL_KEY")];
    });
}

/** Receivers decode what stands behind whsec_; each of several signs, and is somebody's only one. */
function callbackSecrets(secrets: readonly string[]): Finding {
  if (secrets.length === 0) {
    return note("CALLBACK_SIGNING_SECRET is not set: jobs with a callback_url are refused");
  }
  const bad = secrets.findIndex((secret) => !/^(v1,)?whsec_/.test(secret) || !canSign(secret));
  if (bad < 0) return ok("CALLBACK_SIGNING_SECRET");
  const which = secrets.length === 1 ? "" : `, secret ${bad + 1} of ${secrets.length},`;
  return wrong(
    `CALLBACK_SIGNING_SECRET${which} is not whsec_ and base64`,
    "draw one as .env.example says",
  );
}

function publicBase(get: Get): Finding {
  const base = webhookBaseUrl(get);
  if (base === null) {
    return missing("WEBHOOK_BASE_URL", "https://<project-ref>.supabase.co/functions/v1");
  }
  if (!URL.canParse(base)) {
    return wrong(
      `WEBHOOK_BASE_URL is no URL: ${base}`,
      "https://<project-ref>.supabase.co/functions/v1",
    );
  }
  return new URL(base).protocol === "https:" || allowsPrivateTargets(get)
    ? ok(`Providers call back at ${base}`)
    : note(`Providers call back at ${base}: only from this machine can they reach it`);
}
