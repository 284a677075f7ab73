import assert from "node:assert/strict";
import { AUTHORITY, PUBLIC_ADDRESS, saying, withTlsServer } from "../testing/tls_loopback.ts";
import { withServer } from "../testing/loopback.ts";
import { createPost } from "./post.ts";

const MESSAGE = { headers: new Headers(), body: "{}" };
const nobodyFetches = () => Promise.reject(new Error("Nothing is fetched here"));

/** A resolver that tells the truth once: what a rebinding name server does. */
function rebinding(...answers: string[][]) {
  let asked = 0;
  return { resolve: () => Promise.resolve(answers[asked++] ?? []), asked: () => asked };
}

Deno.test("rebinding: a name is resolved once, and a second answer is never asked for", async () => {
  const name = rebinding([PUBLIC_ADDRESS], ["127.0.0.1"]);
  const dialled: string[] = [];
  await withTlsServer(saying("HTTP/1.1 204 No\r\n\r\n"), async ({ port }) => {
    const post = createPost({
      allowPrivate: false,
      now: Date.now,
      resolve: name.resolve,
      dial: (to) => {
        dialled.push(`${to.hostname}:${to.port}`);
        return Deno.connect({ hostname: "127.0.0.1", port });
      },
      caCerts: [AUTHORITY],
      fetch: nobodyFetches,
    });

    assert.equal((await post("https://receiver.example/", MESSAGE)).status, 204);
    assert.deepEqual(dialled, [`${PUBLIC_ADDRESS}:443`]);
    await assert.rejects(post("https://receiver.example/", MESSAGE), {
      words: "its name leads to a private address",
    });
    assert.equal(name.asked(), 2);
  });
});

Deno.test("the next vetted address is dialled where one does not answer, and no other", async () => {
  const dialled: string[] = [];
  const post = createPost({
    allowPrivate: false,
    now: Date.now,
    resolve: () => Promise.resolve(["8.8.8.8", "2606:4700::1"]),
    dial: ({ hostname }) => {
      dialled.push(hostname);
      return Promise.reject(new Deno.errors.ConnectionRefused("os error 111"));
    },
    fetch: nobodyFetches,
  });

  await assert.rejects(post("https://app.example/", MESSAGE), {
    kind: "connection_refused",
    sent: false,
    words: "connection refused",
  });
  assert.deepEqual(dialled, ["8.8.8.8", "2606:4700::1"]);
});

Deno.test("a trusted URL may be http and private; another may not", async () => {
  const post = createPost({ allowPrivate: false, now: Date.now, fetch: nobodyFetches });
  await withServer(() => new Response("thanks"), async ({ url, seen }) => {
    const { status, excerpt, timing } = await post(url, { ...MESSAGE, trusted: true });

    assert.deepEqual([status, excerpt], [200, "thanks"]);
    assert.deepEqual(Object.keys(timing), ["resolve_ms", "connect_ms", "tls_ms", "answer_ms"]);
    await assert.rejects(post(url, MESSAGE), { kind: "not_allowed" });
    assert.equal(seen.length, 1);
  });
});

Deno.test("without sockets a vetted URL is fetched, and an unvetted one is not", async () => {
  const fetched: { url: string; redirect?: string; encoding: string | null }[] = [];
  let told = 0;
  const deps = {
    allowPrivate: false,
    now: Date.now,
    dial: () => Promise.reject(new Deno.errors.PermissionDenied("no sockets here")),
    fetch: (url: string | URL | Request, init?: RequestInit) => {
      const encoding = new Headers(init?.headers).get("accept-encoding");
      fetched.push({ url: `${url}`, redirect: init?.redirect, encoding });
      return Promise.resolve(new Response("ok", { status: 202 }));
    },
    onUnpinned: () => told++,
  };
  const open = createPost({ ...deps, resolve: () => Promise.resolve([PUBLIC_ADDRESS]) });
  const shut = createPost({
    ...deps,
    resolve: () => Promise.resolve([PUBLIC_ADDRESS, "10.0.0.1"]),
  });

  const { status, excerpt, timing } = await open("https://app.example/", MESSAGE);
  assert.deepEqual([status, excerpt, timing], [202, "ok", {}]);
  await assert.rejects(shut("https://app.example/", MESSAGE), { kind: "not_allowed" });
  assert.deepEqual(fetched, [
    { url: "https://app.example/", redirect: "manual", encoding: "identity" },
  ]);
  assert.equal(told, 1);
});
