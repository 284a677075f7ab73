/** One try of a delivery, by fal's retry policy. */
export type WebhookTry = {
  /** Milliseconds since the epoch. */
  at: number;
  /** Null: no answer came. */
  status: number | null;
  error: string | null;
  body: string;
  headers: Record<string, string>;
};

/** What a model answered: its output with 200, or its HTTP error. */
export type ModelResult = { status: number; body: unknown };

/** Everything known about one submission that was taken. Times are milliseconds since the epoch. */
export type FalRequest = {
  requestId: string;
  endpoint: string;
  input: Record<string, unknown>;
  /** The `x-fal-...` and `x-app-fal-...` headers of the submit. */
  headers: Record<string, string>;
  webhookUrl: string | null;
  state: "IN_QUEUE" | "IN_PROGRESS" | "COMPLETED" | "CANCELLED";
  /** False while the submit's answer is held back, and for good when it was cut. */
  answered: boolean;
  submittedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  result: ModelResult | null;
  /** The model delivered: only a 200 is paid for. */
  billed: boolean;
  webhooks: WebhookTry[];
};

export type BillLine = { requestId: string; endpoint: string; input: Record<string, unknown> };

export function isLive(request: FalRequest): boolean {
  return request.state === "IN_QUEUE" || request.state === "IN_PROGRESS";
}

export function billOf(requests: readonly FalRequest[]): BillLine[] {
  return requests.filter((request) => request.billed)
    .map(({ requestId, endpoint, input }) => ({ requestId, endpoint, input }));
}
