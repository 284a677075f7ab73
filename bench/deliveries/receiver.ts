import { pause } from "../../supabase/functions/_shared/pause.ts";

/** One delivery as it arrived. */
export type Arrival = {
  path: string;
  body: string;
  headers: Record<string, string>;
  /** Milliseconds since the epoch. */
  at: number;
};

export type Receiver = {
  url: string;
  /** Takes connections and requests, and answers none before `release`. */
  deadUrl: string;
  seen: Arrival[];
  forget(): void;
  /** Answers what hangs at `deadUrl` with 503, so that nobody is busy with it any longer. */
  release(): void;
  /** Waits until so many have arrived; milliseconds between the first and the last of them. */
  arrived(count: number): Promise<number>;
  stop(): Promise<void>;
};

/** Milliseconds without any arrival after which nothing more is waited for. */
const PATIENCE = 60_000;

/** A server that answers at once, beside one that never does, on loopback. */
export function startReceiver(): Receiver {
  const seen: Arrival[] = [];
  let reached: { count: number; resolve: (ms: number) => void } | null = null;
  const stopping = new AbortController();
  let hung = Promise.withResolvers<void>();

  const quick = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const body = await request.text();
    const headers = Object.fromEntries(request.headers);
    seen.push({ path: new URL(request.url).pathname, body, headers, at: Date.now() });
    if (reached !== null && seen.length >= reached.count) {
      reached.resolve((seen.at(-1)?.at ?? 0) - (seen[0]?.at ?? 0));
      reached = null;
    }
    return new Response(null, { status: 204 });
  });
  const dead = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {}, signal: stopping.signal },
    async () => {
      await hung.promise;
      return new Response(null, { status: 503 });
    },
  );

  async function patience(count: number): Promise<number> {
    for (let before = -1; before < seen.length;) {
      before = seen.length;
      await pause(PATIENCE);
      if (seen.length >= count) return 0;
    }
    throw new Error(`Cannot go on: ${seen.length} of ${count} deliveries arrived`);
  }

  function release(): void {
    hung.resolve();
    hung = Promise.withResolvers();
  }

  return {
    url: `http://127.0.0.1:${quick.addr.port}`,
    deadUrl: `http://127.0.0.1:${dead.addr.port}`,
    seen,
    forget: () => void seen.splice(0),
    release,
    arrived(count) {
      const { promise, resolve } = Promise.withResolvers<number>();
      reached = { count, resolve };
      return Promise.race([promise, patience(count)]);
    },
    async stop() {
      release();
      stopping.abort();
      await Promise.all([quick.shutdown(), dead.finished]);
    },
  };
}
