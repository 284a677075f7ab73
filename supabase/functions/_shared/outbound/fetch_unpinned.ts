import type { Log } from "../log.ts";
import type { OutboundRequest } from "./exchange.ts";
import { resolveName } from "./resolve.ts";
import type { SendDeps, Sent } from "./send_request.ts";
import { vetTarget } from "./vet_target.ts";

/**
 * The second best, for a runtime that allows no sockets: every address is vetted, but fetch resolves
 * the name once more, and whoever answers for it may answer otherwise then.
 *
 * @throws {OutboundFailure} | what fetch throws
 */
export async function fetchUnpinned(
  deps: SendDeps,
  { method, url, headers, body, signal }: OutboundRequest,
): Promise<Sent> {
  await vetTarget(url, { ...deps, resolve: deps.resolve ?? resolveName, signal });
  deps.onUnpinned?.();

  const own = new Headers(headers);
  own.set("accept-encoding", "identity");
  const answer = await deps.fetch(url, { method, headers: own, body, redirect: "manual", signal });
  const close = () => void answer.body?.cancel().catch(() => {});
  return {
    status: answer.status,
    headers: answer.headers,
    body: read(answer),
    close,
    timing: null,
  };
}

async function* read(answer: Response): AsyncGenerator<Uint8Array, void> {
  if (answer.body !== null) yield* answer.body;
}

/** Says once in the log that this runtime allows no sockets. */
export function tellOnce(log: Log): () => void {
  let told = false;
  return () => {
    if (!told) log("outbound.not_pinned", { reason: "the runtime allows no sockets" });
    told = true;
  };
}
