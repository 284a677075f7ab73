import { readJson } from "../../../supabase/functions/_shared/json.ts";
import { Arrivals } from "../arrivals.ts";
import { type Reply, serveHttp } from "../http_server.ts";

/** One notification as it came. */
export type Notification = {
  headers: Record<string, string>;
  /** The exact text. */
  text: string;
  /** Null where the text is not JSON. */
  body: unknown;
  /** It carried the key. */
  authorized: boolean;
  /** Null: no answer was given. */
  answered: number | null;
  /** Milliseconds since the epoch. */
  at: number;
};

/** A service that tells users what happened; any path takes notifications. */
export type NotificationService = {
  /** For NOTIFICATION_SERVICE_URL. */
  url: string;
  /** Every notification in order, also refused ones. */
  notifications: readonly Notification[];
  /** As `Arrivals.next`. */
  next(
    predicate?: (notification: Notification) => boolean,
    signal?: AbortSignal,
  ): Promise<Notification>;
  /** Answers the next `times` notifications with this status, or not at all. */
  behave(answer: number | "cut", times?: number): void;
  stop(): Promise<void>;
};

/** Starts the service. Whoever starts it stops it. */
export async function startNotificationService(
  { apiKey, port = 0 }: { apiKey: string; port?: number },
): Promise<NotificationService> {
  const arrivals = new Arrivals<Notification>();
  let mood: number | "cut" = 200;
  let left = 0;

  async function handle(request: Request): Promise<Reply> {
    if (request.method !== "POST") {
      return Response.json({ error: "Method not allowed" }, { status: 405 });
    }
    const text = await request.text();
    const authorized = request.headers.get("authorization") === `Bearer ${apiKey}`;
    const usual = authorized ? 200 : 401;
    const answer = left-- > 0 ? mood : usual;
    arrivals.add({
      headers: Object.fromEntries(request.headers),
      text,
      body: readJson(text) ?? null,
      authorized,
      answered: answer === "cut" ? null : answer,
      at: Date.now(),
    });
    return answer === "cut"
      ? "cut"
      : Response.json({ received: answer === 200 }, { status: answer });
  }

  const server = await serveHttp({ port, handle });
  return {
    url: server.url,
    notifications: arrivals.all,
    next: (predicate, signal) => arrivals.next(predicate, signal),
    behave(answer, times = Infinity) {
      mood = answer;
      left = times;
    },
    stop: () => server.stop(),
  };
}
