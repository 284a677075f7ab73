import { OutboundFailure } from "./outbound_failure.ts";
import type { VettedTarget } from "./vet_target.ts";

/** Opens a TCP connection to an address; not to a name. */
export type Dial = (to: { hostname: string; port: number }) => Promise<Deno.TcpConn>;

/** Milliseconds for one address while there are others. */
const PATIENCE = 5000;

/** The runtime has no sockets for us; whoever catches it may have another way. */
export class NoSockets extends Error {
  override name = "NoSockets";
}

/**
 * Connects to the first vetted address that answers.
 *
 * @throws {OutboundFailure} | {NoSockets} | the signal's reason
 */
export async function dialFirst(
  { addresses, port }: VettedTarget,
  { dial, signal }: { dial: Dial; signal: AbortSignal },
): Promise<Deno.TcpConn> {
  let failure: unknown;
  for (const [i, hostname] of addresses.entries()) {
    signal.throwIfAborted();
    const patience = i < addresses.length - 1 ? PATIENCE : null;
    try {
      return await dialWithin(() => dial({ hostname, port }), { patience, signal });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (isForbidden(error)) throw new NoSockets("Cannot connect: the runtime allows no sockets");
      failure = error;
    }
  }
  throw readFailure(failure);
}

/** Deno.connect takes no signal in 2.1: a connection that comes too late is closed. */
async function dialWithin(
  connect: () => Promise<Deno.TcpConn>,
  { patience, signal }: { patience: number | null; signal: AbortSignal },
): Promise<Deno.TcpConn> {
  const { promise: over, reject: giveUp } = Promise.withResolvers<never>();
  const onAbort = () => giveUp(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  const late = new OutboundFailure("connect_error", "could not connect");
  const timer = patience === null ? undefined : setTimeout(() => giveUp(late), patience);

  const connecting = connect();
  try {
    return await Promise.race([connecting, over]);
  } catch (error) {
    connecting.then((connection) => connection.close(), () => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
    clearTimeout(timer);
  }
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error &&
    (/^(PermissionDenied|NotCapable|NotSupported)$/.test(error.name) ||
      error instanceof TypeError && /not a function/.test(error.message));
}

function readFailure(error: unknown): OutboundFailure {
  if (error instanceof OutboundFailure) return error;
  return error instanceof Deno.errors.ConnectionRefused
    ? new OutboundFailure("connection_refused", "connection refused")
    : new OutboundFailure("connect_error", "could not connect");
}
