/** What kept a request from an answer. Names of kinds as other senders of webhooks use them. */
export type FailureKind =
  | "not_allowed"
  | "dns_error"
  | "connection_refused"
  | "connect_error"
  | "tls_error"
  | "timeout"
  | "connection_broken"
  | "bad_answer";

/** Kinds that say that nothing of the request was sent. */
const NEVER_SENT: ReadonlySet<FailureKind> = new Set([
  "not_allowed",
  "dns_error",
  "connection_refused",
  "connect_error",
  "tls_error",
]);

/** Of an answer that ended before it was whole. */
export const BROKE_OFF = "the connection broke before the answer was complete";

/** No answer, or none to the end. The words name no URL: it may carry a token. */
export class OutboundFailure extends Error {
  override name = "OutboundFailure";
  /** False where the request provably never left this machine. */
  readonly sent: boolean;

  constructor(readonly kind: FailureKind, readonly words: string) {
    super(words);
    this.sent = !NEVER_SENT.has(kind);
  }
}

export function brokeOff(): OutboundFailure {
  return new OutboundFailure("connection_broken", BROKE_OFF);
}

export function notHttp(): OutboundFailure {
  return new OutboundFailure("bad_answer", "what it answered is no HTTP");
}

/** What comes in crumbs takes more of our time than of its sender's. */
export function inCrumbs(): OutboundFailure {
  return new OutboundFailure("bad_answer", "it answers in crumbs");
}
