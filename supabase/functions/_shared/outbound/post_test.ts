import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import {
  AUTHORITY,
  PUBLIC_ADDRESS,
  saying,
  sayingOn,
  sayingThenSilent,
  type Talk,
  withTlsServer,
} from "../testing/tls_loopback.ts";
import { createPost, type PostDeps } from "./post.ts";

const URL_THERE = "https://receiver.example/hook?a=1";

/** Everything is as in production, but the vetted public address leads to the test's server. */
function senderTo(port: number, more: Partial<PostDeps> = {}) {
  return createPost({
    allowPrivate: false,
    now: Date.now,
    resolve: () => Promise.resolve([PUBLIC_ADDRESS]),
    dial: ({ hostname }) => {
      assert.equal(hostname, PUBLIC_ADDRESS);
      return Deno.connect({ hostname: "127.0.0.1", port });
    },
    caCerts: [AUTHORITY],
    fetch: () => Promise.reject(new Error("Nothing is fetched here")),
    timeoutMs: 5000,
    ...more,
  });
}

function postTo(talk: Talk, more: Partial<PostDeps> = {}) {
  return withTlsServer(talk, async ({ port, seen }) => {
    const begun = Date.now();
    const message = { headers: new Headers({ "webhook-id": "msg_1" }), body: '{"ü":1}' };
    try {
      return { ...await senderTo(port, more)(URL_THERE, message), seen, failure: null };
    } catch (failure) {
      assert.ok(Date.now() - begun < 10_000, "no deadline ended it");
      return { status: null, excerpt: null, seen, failure };
    }
  });
}

const words = (failure: unknown) => failure instanceof Error ? failure.message : null;

Deno.test("a post arrives over TLS under its name, with its length, and its answer comes back", async () => {
  const { seen, status, excerpt } = await postTo(
    saying("HTTP/1.1 201 Created\r\nX-A: b\r\nContent-Length: 3\r\n\r\nyes and more"),
  );

  assert.equal(status, 201);
  assert.equal(excerpt, "yes");
  const [line, ...headers] = (seen[0] ?? "").split("\r\n\r\n")[0]?.split("\r\n") ?? [];
  assert.equal(line, "POST /hook?a=1 HTTP/1.1");
  for (
    const header of [
      "host: receiver.example",
      "content-length: 8",
      "connection: close",
      "accept-encoding: identity",
      "webhook-id: msg_1",
    ]
  ) assert.ok(headers.includes(header), `${header} in ${headers}`);
});

Deno.test("slow headers: the deadline ends it, and it is no answer", async () => {
  const { failure } = await postTo(sayingThenSilent("HTTP/1.1 200 OK\r\nX-A"), { timeoutMs: 200 });

  assert.equal(failure instanceof DOMException && failure.name, "TimeoutError");
});

Deno.test("slow body: the deadline ends it, and the status stands", async () => {
  const half = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf";
  const { status, excerpt } = await postTo(sayingThenSilent(half), { timeoutMs: 300 });

  assert.deepEqual({ status, excerpt }, { status: 200, excerpt: "half" });
});

Deno.test("endless body: the first kilobytes are read, of whatever framing", async () => {
  const filling = new TextEncoder().encode("3e8\r\n" + "a".repeat(1000) + "\r\n");
  const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  assert.equal((await postTo(sayingOn(chunked, filling))).excerpt, "a".repeat(4096));

  const toEnd = await postTo(sayingOn("HTTP/1.1 500 Oh\r\n\r\n", new Uint8Array(1000).fill(98)));
  assert.equal(toEnd.excerpt, "b".repeat(4096));
  assert.equal(toEnd.status, 500);
});

Deno.test("100 MB: no more of it is taken than the excerpt and what the connection holds", async () => {
  const size = 100 * 1024 * 1024;
  let written = 0;
  const megabyte = new Uint8Array(1024 * 1024).fill(97);
  const { status, excerpt } = await postTo(async (connection, ended) => {
    await saying(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)(connection, ended);
    for (let i = 0; i < 100; i++) written += await connection.write(megabyte);
  });

  assert.equal(status, 200);
  assert.equal(excerpt?.length, 4096);
  assert.ok(written < size / 2, `${written} bytes were taken`);
});

Deno.test("gzip bomb: nothing is inflated", async () => {
  const bomb = gzipSync(new Uint8Array(10 * 1024 * 1024));
  const head =
    `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`;
  const { status, excerpt } = await postTo(sayingOn(head, bomb, 1));

  assert.deepEqual({ status, excerpt }, { status: 200, excerpt: null });
});

Deno.test("3xx: a redirect is an answer, and nobody goes there", async () => {
  const { status, seen } = await postTo(
    saying("HTTP/1.1 307 Go\r\nLocation: https://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"),
  );

  assert.equal(status, 307);
  assert.equal(seen.length, 1);
});

Deno.test("304 and 204: no body is read", async () => {
  for (const code of [304, 204]) {
    const { status, excerpt } = await postTo(
      saying(`HTTP/1.1 ${code} No\r\nContent-Length: 10\r\n\r\n0123456789`),
    );
    assert.deepEqual({ status, excerpt }, { status: code, excerpt: null });
  }
});

Deno.test("a reset in the middle: without a whole head no answer, after it the status stands", async () => {
  const before = await postTo(saying("HTTP/1.1 200 OK\r\nContent-"));
  assert.equal(words(before.failure), "the connection broke before the answer was complete");

  const after = await postTo(saying("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhalf"));
  assert.deepEqual([after.status, after.excerpt], [200, "half"]);
});

Deno.test("a receiver that never accepts runs into the deadline", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const post = senderTo(listener.addr.port, { timeoutMs: 200 });

  await assert.rejects(post(URL_THERE, { headers: new Headers(), body: "{}" }), {
    name: "TimeoutError",
  });
  listener.close();
});

Deno.test("the sender's own signal ends it, too", async () => {
  const stop = new AbortController();
  await withTlsServer(sayingThenSilent(""), async ({ port }) => {
    const posting = senderTo(port)(URL_THERE, {
      headers: new Headers(),
      body: "{}",
      signal: stop.signal,
    });
    stop.abort(new DOMException("Enough", "AbortError"));
    await assert.rejects(posting, { name: "AbortError" });
  });
});

Deno.test("a certificate of another name, or of an unknown authority, is no connection", async () => {
  await withTlsServer(saying("HTTP/1.1 200 OK\r\n\r\n"), async ({ port, seen }) => {
    const message = { headers: new Headers(), body: "{}" };
    for (
      const posting of [
        senderTo(port)("https://other.example/", message),
        senderTo(port, { caCerts: [] })(URL_THERE, message),
      ]
    ) {
      await assert.rejects(posting, { kind: "tls_error", sent: false });
    }
    assert.deepEqual(seen, []);
  });
});

Deno.test("what is no HTTP is no answer", async () => {
  const nonsense = ["SSH-2.0-OpenSSH_9\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n"];
  for (const text of nonsense) {
    assert.equal(words((await postTo(saying(text))).failure), "what it answered is no HTTP");
  }
  const lengths = await postTo(saying("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc"));
  assert.deepEqual([lengths.status, lengths.excerpt], [200, null]);
});

Deno.test("an answer may come before all was sent, and after a word in between", async () => {
  const { status } = await postTo(
    saying("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 413 Too Large\r\n\r\n"),
  );
  assert.equal(status, 413);

  const chatter = await postTo(saying("HTTP/1.1 100 Continue\r\n\r\n".repeat(20)));
  assert.equal(words(chatter.failure), "it only announced an answer");
});

Deno.test("a receiver that answers and never reads on holds nobody up", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const answering = listener.accept().then(async (connection) => {
    await connection.write(
      new TextEncoder().encode("HTTP/1.1 413 Large\r\nContent-Length: 2\r\n\r\nno"),
    );
    return connection;
  });
  const post = createPost({ allowPrivate: true, fetch, now: Date.now, timeoutMs: 600_000 });

  const { status, excerpt } = await post(`http://127.0.0.1:${listener.addr.port}/`, {
    headers: new Headers(),
    // More than the buffers of both sides hold.
    body: "x".repeat(32 * 1024 * 1024),
  });

  assert.deepEqual([status, excerpt], [413, "no"]);
  (await answering).close();
  listener.close();
});

Deno.test("no header of the caller gets a line of its own, and 64 KiB of headers are too many", async () => {
  assert.throws(() => new Headers({ a: "b\r\nc: d" }), TypeError);

  const { failure } = await postTo(
    sayingOn("HTTP/1.1 200 OK\r\nx: ", new Uint8Array(1000).fill(97)),
  );
  assert.equal(words(failure), "the connection broke before the answer was complete");
});
