import { NoSockets } from "./dial.ts";
import { type Exchange, exchange, type OutboundDeps, type OutboundRequest } from "./exchange.ts";
import { fetchUnpinned } from "./fetch_unpinned.ts";

export type SendDeps = OutboundDeps & {
  /** Used where the runtime allows no sockets. */
  fetch: typeof fetch;
  /** Told whenever it is used. */
  onUnpinned?: () => void;
};

/** `timing` is null where the runtime's own fetch was the only way. */
export type Sent = Omit<Exchange, "timing"> & { timing: Exchange["timing"] | null };

/**
 * Sends one request to a URL that a stranger named: to the address that was vetted, wherever the
 * runtime has sockets for it.
 *
 * @throws {OutboundFailure} | what fetch throws | the signal's reason
 */
export async function sendRequest(deps: SendDeps, request: OutboundRequest): Promise<Sent> {
  try {
    return await exchange(deps, request);
  } catch (error) {
    if (error instanceof NoSockets) return await fetchUnpinned(deps, request);
    throw error;
  }
}
