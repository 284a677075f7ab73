/** One delivery as it arrived. */
export type Arrived = { id: string; body: string; headers: Record<string, string> };

export type Receiver = {
  url: string;
  arrived: Arrived[];
  /** How often a webhook-id came. */
  count(id: string): number;
  /** What is done with each instead of answering 200; undefined takes it back. */
  answer(by: ((one: Arrived) => Response | Promise<Response>) | undefined): void;
  stop(): Promise<void>;
};

/** A client's server on loopback. */
export function startReceiver(): Receiver {
  const arrived: Arrived[] = [];
  let answer: ((one: Arrived) => Response | Promise<Response>) | undefined;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const headers = Object.fromEntries(request.headers);
    const one = { id: headers["webhook-id"] ?? "", body: await request.text(), headers };
    arrived.push(one);
    return await answer?.(one) ?? new Response("thanks");
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/hook`,
    arrived,
    count: (id) => arrived.filter((one) => one.id === id).length,
    answer: (by) => void (answer = by),
    stop: () => server.shutdown(),
  };
}
