import { deepEqual, equal } from "node:assert/strict";
import { createFunctionsProxy, type FunctionTarget } from "./functions_proxy.ts";

type Scene = {
  /** Where the proxy listens. */
  gateway: string;
  ask: (path: string, init?: RequestInit) => Promise<Response>;
  /** Makes the function's process go away. */
  shutDown: () => Promise<void>;
};

/** A proxy in front of a server that stands in for the process of the function `echo`. */
async function withFunction(
  handler: Deno.ServeHandler,
  use: (scene: Scene) => Promise<void>,
  { idleTimeoutMs }: { idleTimeoutMs?: number } = {},
): Promise<void> {
  const cut = new AbortController();
  const server = Deno.serve(
    {
      port: 0,
      hostname: "127.0.0.1",
      signal: cut.signal,
      onListen: () => {},
      onError: () => new Response(null, { status: 500 }),
    },
    handler,
  );
  using client = Deno.createHttpClient({});
  const targets: Record<string, FunctionTarget> = {
    echo: { origin: `http://127.0.0.1:${server.addr.port}`, client },
    down: { origin: null },
  };
  const proxy = createFunctionsProxy({ find: (name) => targets[name] ?? null, idleTimeoutMs });
  const gateway = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request, { remoteAddr }) => proxy(request, new URL(request.url).pathname, remoteAddr.hostname),
  );
  try {
    await use({
      gateway: `http://127.0.0.1:${gateway.addr.port}`,
      ask: (path, init) => fetch(`http://127.0.0.1:${gateway.addr.port}${path}`, init),
      async shutDown() {
        cut.abort();
        await server.finished;
      },
    });
  } finally {
    cut.abort();
    await gateway.shutdown();
    await server.finished;
  }
}

Deno.test("a function sees its own path, the method, the body and the sender's headers", async () => {
  await withFunction(async (request) => {
    const { method, headers } = request;
    return Response.json(
      [method, new URL(request.url).pathname, await request.text(), headers.get("x-own")],
      { status: 418, headers: { "x-answer": "yes" } },
    );
  }, async ({ ask }) => {
    const response = await ask("/echo/a%20b/c", {
      method: "PUT",
      body: "body",
      headers: { "x-own": "1" },
    });

    deepEqual([response.status, response.headers.get("x-answer")], [418, "yes"]);
    deepEqual(await response.json(), ["PUT", "/echo/a%20b/c", "body", "1"]);
  });
});

Deno.test("a sender cannot choose its address", async () => {
  await withFunction(
    ({ headers }) => Response.json(Object.fromEntries(headers)),
    async ({ ask }) => {
      const forged = [
        "x-forwarded-for",
        "x-real-ip",
        "cf-connecting-ip",
        "true-client-ip",
        "forwarded",
        "x-client-ip",
        "x-forwarded-host",
        "x-forwarded-proto",
      ];

      const response = await ask("/echo", {
        headers: Object.fromEntries(forged.map((name) => [name, "6.6.6.6"])),
      });
      const seen: Record<string, string> = await response.json();

      equal(JSON.stringify(seen).includes("6.6.6.6"), false);
      deepEqual(
        [seen["x-forwarded-for"], seen["x-real-ip"], seen["cf-connecting-ip"]],
        ["127.0.0.1", "127.0.0.1", "127.0.0.1"],
      );
      equal(seen["x-forwarded-proto"], "http");
      equal(seen["x-forwarded-host"], new URL(response.url).host);
    },
  );
});

Deno.test("bodies are streamed both ways", async () => {
  await withFunction(({ body }) => new Response(body), async ({ ask }) => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const asking = ask("/echo", { method: "POST", body: readable });

    const written = writer.write(new Uint8Array([1, 2]));
    const reader = (await asking).body?.getReader();
    deepEqual((await reader?.read())?.value, new Uint8Array([1, 2]));
    await written;
    await writer.close();
    equal((await reader?.read())?.done, true);
  });
});

Deno.test("a redirect and an empty answer are passed on as they are", async () => {
  await withFunction(
    ({ url }) =>
      url.endsWith("/moved")
        ? new Response(null, { status: 302, headers: { location: "/echo/x" } })
        : new Response(null, { status: 204 }),
    async ({ ask }) => {
      const moved = await ask("/echo/moved", { redirect: "manual" });
      deepEqual([moved.status, moved.headers.get("location")], [302, "/echo/x"]);
      equal((await ask("/echo")).status, 204);
    },
  );
});

Deno.test("an unknown function is 404, one that is not running 503", async () => {
  await withFunction(() => new Response("here"), async ({ ask, shutDown }) => {
    const unknown = await ask("/nothing/echo");
    deepEqual([unknown.status, (await unknown.json()).code], [404, "NOT_FOUND"]);
    const down = await ask("/down");
    deepEqual([down.status, (await down.json()).code], [503, "BOOT_ERROR"]);

    equal(await (await ask("/echo")).text(), "here");
    await shutDown();
    // The first request after it may meet a connection that was kept, and breaks.
    await (await ask("/echo")).body?.cancel();
    const gone = await ask("/echo");
    deepEqual([gone.status, (await gone.json()).code], [503, "BOOT_ERROR"]);
  });
});

Deno.test("a function that dies while it works is 500", async () => {
  const { promise: never, reject } = Promise.withResolvers<Response>();
  const { promise: isAsked, resolve: isNowAsked } = Promise.withResolvers<void>();
  await withFunction(() => {
    isNowAsked();
    return never;
  }, async ({ ask, shutDown }) => {
    const asking = ask("/echo");
    await isAsked;
    const dying = shutDown();
    const response = await asking;
    reject(new Error("died"));
    await dying;

    deepEqual([response.status, (await response.json()).code], [500, "WORKER_ERROR"]);
  });
});

Deno.test("a function that does not begin to answer in time is 504", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  await withFunction(() => promise, async ({ ask }) => {
    const response = await ask("/echo");
    resolve(new Response("late"));

    deepEqual([response.status, (await response.json()).code], [504, "IDLE_TIMEOUT"]);
  }, { idleTimeoutMs: 30 });
});

Deno.test("a sender that hangs up in mid-body gets 400, and it is no fault of the function", async () => {
  await withFunction(
    (request) => request.text().then(() => new Response()),
    async ({ gateway }) => {
      const { hostname, port } = new URL(gateway);
      using connection = await Deno.connect({ hostname, port: Number(port) });
      const head = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\nabc";
      await connection.write(new TextEncoder().encode(head));
      await connection.closeWrite();

      const answer = new Uint8Array(1000);
      const length = await connection.read(answer) ?? 0;

      equal(
        new TextDecoder().decode(answer.subarray(0, length)).split("\r\n")[0]?.slice(9),
        "400 Bad Request",
      );
    },
  );
});
