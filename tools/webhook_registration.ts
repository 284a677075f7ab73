import { secretsOf } from "../supabase/functions/_shared/credentials.ts";
import {
  type Get,
  optional,
  readSecrets,
  webhookBaseUrl,
  withoutSlash,
} from "../supabase/functions/_shared/env.ts";
import { FRAME_SERVICE } from "../supabase/functions/_shared/services/frame_service.ts";
import type { Service } from "../supabase/functions/_shared/services/service.ts";
import { STITCH_SERVICE } from "../supabase/functions/_shared/services/stitch_service.ts";
import { VIDEO_SERVICE } from "../supabase/functions/_shared/services/video_service.ts";

/** What a service is told: where to post which events, and what to sign them with. */
export type Registration = {
  service: string;
  /** The service's own door for registrations. */
  to: string;
  apiKey: string | null;
  body: { url: string; events: string[]; secret: string };
};

const SERVICES: readonly { name: string; service: Service; events: readonly string[] }[] = [
  { name: "video", service: VIDEO_SERVICE, events: ["task.completed", "task.failed"] },
  { name: "frame", service: FRAME_SERVICE, events: ["extraction.completed", "extraction.failed"] },
  { name: "stitch", service: STITCH_SERVICE, events: ["stitch.completed", "stitch.failed"] },
];

export const SERVICE_NAMES: readonly string[] = SERVICES.map(({ name }) => name);

/**
 * A registration for each service that is configured.
 *
 * @throws where a configured service lacks its secret, or nothing says where the doors are.
 */
export function registrations(get: Get): Registration[] {
  return SERVICES.flatMap(({ name, service, events }): Registration[] => {
    const base = optional(get, service.urlVariable);
    if (base === null) return [];
    const variables = secretsOf(service.door);
    const [secret] = readSecrets(get, ...variables);
    if (secret === undefined) {
      throw new Error(`Cannot register at the ${name} service: ${variables[0]} is not set`);
    }
    const own = service.callbackVariable && optional(get, service.callbackVariable);
    const doors = webhookBaseUrl(get);
    if (own === null && doors === null) {
      throw new Error(`Cannot register at the ${name} service: WEBHOOK_BASE_URL is not set`);
    }
    return [{
      service: name,
      to: `${withoutSlash(base)}/api/webhooks/register`,
      apiKey: optional(get, service.keyVariable),
      body: { url: own ?? `${doors}/${service.door}`, events: [...events], secret },
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
