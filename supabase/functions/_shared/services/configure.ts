import { optional, webhookBaseUrl, withoutSlash } from "../env.ts";
import type { StepProvider } from "../provider.ts";
import type { Configured, ProviderDeps } from "../providers.ts";
import type { StepKind } from "../transitions/steps.ts";
import { FRAME_SERVICE } from "./frame_service.ts";
import { createServiceProvider } from "./provider.ts";
import type { Service } from "./service.ts";
import { STITCH_SERVICE } from "./stitch_service.ts";
import { VIDEO_SERVICE } from "./video_service.ts";

/** A call answers in well under a second; past this, nobody knows what became of it. */
const TIMEOUT = 30_000;

export function configureVideoService(deps: ProviderDeps): Configured | null {
  return configure(VIDEO_SERVICE, deps);
}

export function configureFrameService(deps: ProviderDeps): Configured | null {
  return configure(FRAME_SERVICE, deps);
}

export function configureStitchService(deps: ProviderDeps): Configured | null {
  return configure(STITCH_SERVICE, deps);
}

/**
 * Null where the service's URL is not set. Where it is set and something else is missing, the
 * service keeps its step and says so: nobody else is paid because of a forgotten key.
 */
function configure(service: Service, deps: ProviderDeps): Configured | null {
  const { get, fetch, now, log } = deps;
  const url = optional(get, service.urlVariable);
  if (url === null) return null;

  const configured = { name: service.provider, steps: stepsOf(service) };
  const key = optional(get, service.keyVariable);
  const callbackUrl = callbackUrlOf(service, deps);
  if (!isServiceUrl(url)) return { ...configured, provider: broken(service.urlVariable) };
  if (key === null) return { ...configured, provider: broken(service.keyVariable) };
  if (callbackUrl === null) {
    const variables = ["WEBHOOK_BASE_URL", service.callbackVariable ?? []].flat();
    return { ...configured, provider: broken(variables.join(" or ")) };
  }

  return {
    ...configured,
    provider: createServiceProvider({
      service,
      url: withoutSlash(url),
      key,
      callbackUrl,
      fetch,
      now,
      timeoutMs: TIMEOUT,
    }),
  };

  function broken(variable: string): StepProvider {
    log("service.not_configured", { service: service.provider, missing: variable });
    return unusable(service, variable);
  }
}

function stepsOf({ step, also = [] }: Service): StepKind[] {
  return [step, ...also.map((operation) => operation.step)];
}

/** http(s) without user, query or fragment: a path is put behind it. */
function isServiceUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, username, password, search, hash } = new URL(url);
  return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === "";
}

function callbackUrlOf(service: Service, { get }: ProviderDeps): string | null {
  const own = service.callbackVariable && optional(get, service.callbackVariable);
  const base = webhookBaseUrl(get);
  const url = own ?? (base && `${base}/${service.door}`);
  return url !== null && URL.canParse(url) ? url : null;
}

function unusable(service: Service, variable: string): StepProvider {
  const message = `Cannot use ${service.name}: ${variable} is missing or cannot be used`;
  const failed = () =>
    Promise.resolve({ state: "failed" as const, error: { message, retryable: true } });
  const unreachable = () => Promise.resolve({ state: "unreachable" as const, message, away: true });

  return { submit: failed, find: unreachable, ask: unreachable, cancel: failed };
}
