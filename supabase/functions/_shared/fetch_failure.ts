import { BROKE_OFF, OutboundFailure } from "./outbound/outbound_failure.ts";

/** What kept a fetch from a complete answer. */
export type FetchFailure = {
  /** False only where the request provably never left this machine. */
  sent: boolean;
  /** Names no URL: a callback URL carries a token. */
  words: string;
};

/** Names of errors that the runtime raises instead of sending anything. */
const NEVER_SENT = /^(RateLimitError|NotCapable|PermissionDenied)$/;

/**
 * Reads what a rejected fetch (or a broken-off body) says. Deno tells connecting from sending in
 * the text alone: `client error (Connect)` against `client error (SendRequest)`; since 2.2 the text
 * is on the error's cause.
 */
export function readFetchFailure(error: unknown): FetchFailure {
  if (error instanceof OutboundFailure) return { sent: error.sent, words: error.words };
  const chain = causes(error);
  const text = chain.map(({ message }) => message).join("\n");

  if (chain.some(({ name }) => name === "TimeoutError" || name === "AbortError")) {
    return { sent: true, words: "no complete answer in time" };
  }
  if (/dns error/.test(text)) return { sent: false, words: "host name not found" };
  if (/Connection refused/i.test(text)) return { sent: false, words: "connection refused" };
  if (/client error \(Connect\)/.test(text)) return { sent: false, words: "could not connect" };
  const port = /Requests to port (\d+) are blocked/.exec(text)?.[1];
  if (port) return { sent: false, words: `port ${port} is one that fetch never calls` };
  if (/Invalid URL|scheme '.*' not supported/.test(text)) {
    return { sent: false, words: "not an address that can be called" };
  }
  if (chain.some(({ name }) => NEVER_SENT.test(name))) {
    return { sent: false, words: "the runtime refused to send" };
  }
  return { sent: true, words: BROKE_OFF };
}

function causes(error: unknown): { name: string; message: string }[] {
  const chain = [];
  for (let at = error; at instanceof Error && chain.length < 5; at = at.cause) {
    chain.push({ name: at.name, message: at.message });
  }
  return chain;
}
