import type { FalDeps } from "./call_fal.ts";

export type RequestUrls = { status: string; response: string; cancel: string };

/** Namespaces that stand before owner and app, as in `workflows/{owner}/{app}`. */
const NAMESPACES = new Set(["workflows", "comfy"]);

type StoredUrls = {
  status_url?: string | null;
  response_url?: string | null;
  cancel_url?: string | null;
};

/**
 * Where a request can be asked about: fal's own URLs where it gave us some, else built by its path
 * rule (owner and app only, never the whole endpoint id). A stored URL on another origin than the
 * queue's is not used, because every call carries the key.
 */
export function requestUrls(
  { queueUrl }: Pick<FalDeps, "queueUrl">,
  endpoint: string,
  requestId: string,
  stored: StoredUrls,
): RequestUrls {
  const parts = endpoint.split("/");
  const app = parts.slice(0, NAMESPACES.has(parts[0] ?? "") ? 3 : 2).join("/");
  const built = `${queueUrl}/${app}/requests/${encodeURIComponent(requestId)}`;

  return {
    status: own(queueUrl, stored.status_url) ?? `${built}/status`,
    response: own(queueUrl, stored.response_url) ?? built,
    cancel: own(queueUrl, stored.cancel_url) ?? `${built}/cancel`,
  };
}

function own(queueUrl: string, url: string | null | undefined): string | null {
  if (!url || !URL.canParse(url)) return null;
  return new URL(url).origin === new URL(queueUrl).origin ? url : null;
}
