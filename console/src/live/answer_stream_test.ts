import assert from "node:assert/strict";
import type { Told } from "../api/client.ts";
import { createAnswerStream, type Listener } from "./answer_stream.ts";

type Opened = { paths: readonly string[]; signal: AbortSignal; say: (text: string) => void } & {
  end: () => void;
};

/** A stream over an API that says what it is told to, and a clock that is moved by hand. */
function aStream({ status = 200 }: { status?: number } = {}) {
  const opened: Opened[] = [];
  const timers = new Map<number, { at: number; call: () => void }>();
  const page = { isHidden: false };
  let clock = 0;
  let count = 0;
  const stream = createAnswerStream({
    isHidden: () => page.isHidden,
    now: () => clock,
    later(ms, call) {
      const id = count++;
      timers.set(id, { at: clock + ms, call });
      return () => timers.delete(id);
    },
    open(paths, signal) {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      signal.addEventListener("abort", () => void writer.abort().catch(() => {}));
      opened.push({
        paths,
        signal,
        say: (text) => void writer.write(new TextEncoder().encode(text)).catch(() => {}),
        end: () => void writer.close().catch(() => {}),
      });
      return Promise.resolve(new Response(status === 200 ? readable : null, { status }));
    },
  });

  /** Lets time pass, and what was begun meanwhile come to where it waits. */
  async function pass(ms: number): Promise<void> {
    const until = clock + ms;
    await settle();
    for (;;) {
      const next = [...timers].filter(([, { at }]) => at <= until)
        .sort(([, a], [, b]) => a.at - b.at)[0];
      if (!next) break;
      timers.delete(next[0]);
      clock = next[1].at;
      next[1].call();
      await settle();
    }
    clock = until;
  }

  function listen(path: string): { told: Told[]; changes: boolean[]; stop: () => void } {
    const told: Told[] = [];
    const changes: boolean[] = [];
    const listener: Listener = {
      onTold: (it) => told.push(it),
      onChange: () => changes.push(stream.tells(path)),
    };
    return { told, changes, stop: stream.listen(path, listener) };
  }
  return { stream, opened, page, pass, listen };
}

/** Several turns: bytes pass through a few streams on their way. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

const HELLO = "retry: 2000\n\n";
const saying = (path: string, body: unknown) =>
  `event: answer\ndata: ${JSON.stringify({ path, status: 200, tag: "t", body })}\n\n`;

Deno.test("all that a page shows is asked for by one stream, and each path is told its own", async () => {
  const { stream, opened, pass, listen } = aStream();
  const [a, b] = [listen("/a"), listen("/b")];
  assert.equal(stream.tells("/a"), false);
  await pass(100);
  assert.deepEqual(opened.map(({ paths }) => paths), [["/a", "/b"]]);
  assert.equal(stream.tells("/a"), false, "nothing was heard yet");

  opened[0]?.say(HELLO);
  opened[0]?.say(saying("/a", 1));
  await pass(0);
  assert.equal(stream.tells("/a"), true);
  assert.deepEqual(a.told.map(({ body }) => body), [1]);
  assert.deepEqual(b.told, []);
});

Deno.test("another page is another stream, and the one before is let go", async () => {
  const { stream, opened, pass, listen } = aStream();
  const a = listen("/a");
  await pass(100);
  opened[0]?.say(HELLO);
  await pass(0);
  a.stop();
  listen("/b");
  assert.equal(opened[0]?.signal.aborted, true);
  assert.equal(stream.tells("/a"), false);
  await pass(100);
  assert.deepEqual(opened.map(({ paths }) => paths), [["/a"], ["/b"]]);
});

Deno.test("a stream that has come to its end begins again at once; who listens looks meanwhile", async () => {
  const { opened, pass, listen } = aStream();
  const a = listen("/a");
  await pass(100);
  opened[0]?.say(HELLO);
  await pass(30_000);
  opened[0]?.end();
  await pass(0);
  opened[1]?.say(HELLO);
  await pass(0);

  assert.equal(opened.length, 2);
  assert.deepEqual(a.changes, [true, false, true]);
});

Deno.test("one that falls silent, or says nothing at all, is given up and tried again", async () => {
  const { stream, opened, pass, listen } = aStream();
  listen("/a");
  await pass(100);
  await pass(10_000);
  assert.equal(opened[0]?.signal.aborted, true);
  await pass(2000);
  opened[1]?.say(HELLO);
  await pass(30_000);
  assert.equal(stream.tells("/a"), true);
  opened[1]?.say(": alive\n\n");
  await pass(30_000);
  assert.equal(stream.tells("/a"), true);
  await pass(10_000);
  assert.equal(stream.tells("/a"), false);
  assert.equal(opened[1]?.signal.aborted, true);
});

Deno.test("an API that refuses is asked ever more seldom, one that has no streams never again", async () => {
  const busy = aStream({ status: 503 });
  busy.listen("/a");
  await busy.pass(600_000);
  assert.ok(busy.opened.length > 5 && busy.opened.length < 20, `${busy.opened.length}`);

  const older = aStream({ status: 404 });
  older.listen("/a");
  await older.pass(600_000);
  assert.equal(older.opened.length, 1);
});

Deno.test("once it begins again, nothing from before is told", async () => {
  const { stream, opened, pass, listen } = aStream();
  const a = listen("/a");
  await pass(100);
  opened[0]?.say(HELLO);
  opened[0]?.say(saying("/a", "new"));
  await pass(0);
  opened[0]?.say(saying("/a", "looked at before the verb"));
  stream.beginAgain();
  await pass(100);
  opened[1]?.say(HELLO);
  opened[1]?.say(saying("/a", "after it"));
  await pass(0);
  assert.deepEqual(a.told.map(({ body }) => body), ["new", "after it"]);
});

Deno.test("a hidden tab listens to nothing, and one that is seen again begins again", async () => {
  const { stream, opened, page, pass, listen } = aStream();
  listen("/a");
  await pass(100);
  opened[0]?.say(HELLO);
  await pass(0);
  page.isHidden = true;
  stream.beginAgain();
  assert.equal(opened[0]?.signal.aborted, true);
  await pass(60_000);
  assert.equal(opened.length, 1);

  page.isHidden = false;
  stream.beginAgain();
  await pass(100);
  assert.equal(opened.length, 2);
  stream.end();
  assert.equal(opened[1]?.signal.aborted, true);
  await pass(60_000);
  assert.equal(opened.length, 2);
});
