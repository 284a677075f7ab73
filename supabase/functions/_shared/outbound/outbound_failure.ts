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
