import assert from "node:assert/strict";
import {
  AUTHORITY,
  PUBLIC_ADDRESS,
  saying,
  sayingOn,
  withTlsServer,
} from "../testing/tls_loopback.ts";
import { createGuardedFetch } from "./guarded_fetch.ts";

const signal = new AbortController().signal;

function fetcherTo(port: number, addresses: Record<string, string[]> = {}) {
  return createGuardedFetch({
    allowPrivate: false,
    now: Date.now,
    resolve: (name) => Promise.resolve(addresses[name] ?? [PUBLIC_ADDRESS]),
    dial: () => Deno.connect({ hostname: "127.0.0.1", port }),
    caCerts: [AUTHORITY],
    fetch: () => Promise.reject(new Error("Nothing is fetched here")),
  });
}

Deno.test("a stranger's file comes as it is, streamed, with its headers", async () => {
  const answer = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 5\r\n\r\nbytes";
  await withTlsServer(saying(answer), async ({ port, seen }) => {
    const headers = { range: "bytes=0-4" };
    const response = await fetcherTo(port)("https://receiver.example/a.png", { signal, headers });

    assert.equal(response.headers.get("content-type"), "image/png");
    assert.equal(await response.text(), "bytes");
    assert.match(seen[0] ?? "", /^GET \/a\.png HTTP\/1\.1\r\n/);
    assert.match(seen[0] ?? "", /\r\nrange: bytes=0-4\r\n/);
  });
});

Deno.test("a file that breaks off is no whole file", async () => {
  for (
    const head of ["Content-Length: 500\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n5\r\nhalf"]
  ) {
    await withTlsServer(saying(`HTTP/1.1 200 OK\r\n${head}`), async ({ port }) => {
      const response = await fetcherTo(port)("https://receiver.example/", { signal });
      await assert.rejects(response.text(), { kind: "connection_broken" });
    });
  }
});

Deno.test("an endless file ends when nobody wants more of it, or with the signal", async () => {
  const stop = new AbortController();
  const endless = sayingOn("HTTP/1.1 200 OK\r\n\r\n", new Uint8Array(50_000));
  await withTlsServer(endless, async ({ port }) => {
    const response = await fetcherTo(port)("https://receiver.example/", { signal: stop.signal });
    const reader = response.body?.getReader();
    assert.ok((await reader?.read())?.value);
    await reader?.cancel();

    const other = await fetcherTo(port)("https://receiver.example/", { signal: stop.signal });
    stop.abort(new DOMException("Enough", "TimeoutError"));
    await assert.rejects(other.arrayBuffer(), { name: "TimeoutError" });
  });
});

Deno.test("a redirect is followed to where it is allowed to lead, and nowhere else", async () => {
  const redirectTo = (location: string) =>
    saying(`HTTP/1.1 302 Go\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`);
  for (
    const location of [
      "https://169.254.169.254/latest/meta-data",
      "http://receiver.example/",
      "https://inside.receiver.example/",
      "file:///etc/passwd",
    ]
  ) {
    await withTlsServer(redirectTo(location), async ({ port, seen }) => {
      const fetch = fetcherTo(port, { "inside.receiver.example": ["10.0.0.1"] });
      await assert.rejects(fetch("https://receiver.example/", { signal }), { kind: "not_allowed" });
      assert.equal(seen.length, 1, location);
    });
  }
  await withTlsServer(redirectTo("/again"), async ({ port, seen }) => {
    const fetch = fetcherTo(port);
    await assert.rejects(fetch("https://receiver.example/", { signal }), { kind: "bad_answer" });
    assert.equal(seen.length, 4);
  });
});

Deno.test("a file that comes encoded without being asked for is refused", async () => {
  const bomb = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nab";
  await withTlsServer(saying(bomb), async ({ port }) => {
    const fetching = fetcherTo(port)("https://receiver.example/", { signal });
    await assert.rejects(fetching, { kind: "bad_answer" });
  });
});
