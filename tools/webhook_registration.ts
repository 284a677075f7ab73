import { secretsOf } from "../supabase/functions/_shared/credentials.ts";
import {
  type Get,
  optional,
  readSecrets,
  webhookBaseUrl,
  withoutSlash,
} from "../supabase/functions/_shared/env.ts";

/** What a service is told: where to post which events, and what to sign them with. */
export type Registration = {
  service: string;
  /** The service's own door for registrations. */
  to: string;
  apiKey: string | null;
  body: { url: string; events: string[]; secret: string };
};

const SERVICES = [
  {
    service: "video",
    url: "VIDEO_GENERATION_SERVICE",
    key: "VIDEO_GENERATION_API_KEY",
    door: "video-complete",
    events: ["task.completed", "task.failed"],
  },
  {
    service: "frame",
    url: "LAST_FRAME_SERVICE_URL",
    key: "LAST_FRAME_API_KEY",
    door: "last-frame-complete",
    override: "LASTFRAME_WEBHOOK_URL",
    events: ["extraction.completed", "extraction.failed"],
  },
  {
    service: "stitch",
    url: "STITCH_SERVICE_URL",
    key: "STITCH_API_KEY",
    door: "stitch-complete",
    events: ["stitch.completed", "stitch.failed"],
  },
] as const;

export const SERVICE_NAMES: readonly string[] = SERVICES.map(({ service }) => service);

/**
 * A registration for each service that is configured.
 *
 * @throws where a configured service lacks its secret, or nothing says where the doors are.
 */
export function registrations(get: Get): Registration[] {
  return SERVICES.flatMap((one): Registration[] => {
    const base = optional(get, one.url);
    if (base === null) return [];
    const variables = secretsOf(one.door);
    const [secret] = readSecrets(get, ...variables);
    if (secret === undefined) {
      throw new Error(
        `Cannot register at the ${one.service} service: ${variables[0]} is not set`,
      );
    }
    const own = "override" in one ? optional(get, one.override) : null;
    const doors = webhookBaseUrl(get);
    if (own === null && doors === null) {
      throw new Error(`Cannot register at the ${one.service} service: WEBHOOK_BASE_URL is not set`);
    }
    return [{
      service: one.service,
      to: `${withoutSlash(base)}/api/webhooks/register`,
      apiKey: optional(get, one.key),
      body: { url: own ?? `${doors}/${one.door}`, events: [...one.events], secret },
    }];
  });
}

const TIMEOUT_MS = 30_000;
const MOST_SHOWN = 500;

/** What may be shown of it: neither key nor secret. */
export function shownRegistration({ to, apiKey, body }: Registration): string {
  return [
    `POST ${to}`,
    ...apiKey === null ? [] : ["authorization: Bearer (hidden)"],
    JSON.stringify({ ...body, secret: "(hidden)" }),
  ].join("\n");
}

/** Posts it. What the service answers is shown without the secret, should it echo it. */
export async function register(
  { to, apiKey, body }: Registration,
  post: typeof fetch = fetch,
): Promise<{ ok: boolean; answer: string }> {
  try {
    const response = await post(to, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...apiKey !== null && { authorization: `Bearer ${apiKey}` },
      },
      body: JSON.stringify(body),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = (await response.text()).replaceAll(body.secret, "(hidden)").slice(0, MOST_SHOWN);
    return { ok: response.ok, answer: `${response.status} ${text}` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, answer: `Cannot reach ${to}: ${reason}` };
  }
}
