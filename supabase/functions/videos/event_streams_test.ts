import assert from "node:assert/strict";
import { type Database, DatabaseError } from "../_shared/database.ts";
import { handMadeWorld } from "../_shared/testing/hand_made_world.ts";
import { createEventStreams } from "./event_streams.ts";

const BY = { token: "t", trusted: false };
const task = (status: string, progress_percentage = 0) => ({
  task_id: "proj_1",
  status,
  progress_percentage,
  video_url: status === "completed" ? "https://made.test/1.mp4" : null,
  error: null,
});
const event = (event_id: number, type: string) => ({
  event_id,
  type,
  scene_id: null,
  chunk_id: null,
  at: "2026-11-22T00:00:00.000Z",
});

/** A database that answers each look with the next of these, and the last again and again. */
function streamsOver(looks: unknown[], stopping = new AbortController().signal) {
  const { deps, clock, lines } = handMadeWorld();
  const asked: unknown[] = [];
  const waits: number[] = [];
  const db: Database = {
    call(_name, args, answer) {
      const look = looks[Math.min(asked.length, looks.length - 1)];
      asked.push(args.p_after);
      return look instanceof Error
        ? Promise.reject(look)
        : Promise.resolve().then(() => answer.parse(look));
    },
  };
  const wait = (ms: number) => {
    waits.push(ms);
    clock.now += ms;
    return Promise.resolve();
  };
  const all = createEventStreams({ ...deps, db, wait }, { stopping });
  const streams = {
    async open(...args: Parameters<typeof all.open>): Promise<Response> {
      return await all.open(...args) ?? assert.fail("It was not opened");
    },
  };
  return { all, streams, asked, waits, lines };
}

Deno.test("a stream tells what happened, each under its id, and where the task stands, to its end", async () => {
  const { streams, asked } = streamsOver([
    { task: task("pending"), events: [event(5, "project.queued")] },
    { task: task("processing", 40), events: [event(9, "project.generating")] },
    { task: task("processing", 40), events: [] },
    { task: task("completed", 100), events: [event(12, "project.completed")] },
    { task: task("completed", 100), events: [] },
  ]);
  const answer = await streams.open("proj_1", BY, null);
  const text = await answer.text();

  assert.equal(answer.headers.get("content-type"), "text/event-stream");
  assert.deepEqual(
    text.split("\n\n").filter((part) => part.startsWith("id")).map((part) =>
      part.split("\n").slice(0, 2)
    ),
    [
      ["id: 5", "event: project.queued"],
      ["id: 5-pending", "event: task"],
      ["id: 9", "event: project.generating"],
      ["id: 9-processing", "event: task"],
      ["id: 12", "event: project.completed"],
      ["id: 12-completed", "event: task"],
    ],
  );
  assert.ok(text.startsWith("retry: 2000\n\n"));
  assert.ok(text.trimEnd().endsWith(`data: ${JSON.stringify(task("completed", 100))}`));
  assert.deepEqual(asked, [0, 5, 9, 9, 12]);
});

Deno.test("a reader who comes again goes on where it was, and stays away from what has ended", async () => {
  const later = streamsOver([
    { task: task("failed"), events: [event(9, "project.failed")] },
    { task: task("failed"), events: [] },
  ]);
  const text = await (await later.streams.open("proj_1", BY, "5")).text();
  assert.deepEqual(later.asked[0], 5);
  assert.match(text, /event: project\.failed/);

  const over = streamsOver([{ task: task("failed"), events: [] }]);
  assert.equal((await over.streams.open("proj_1", BY, "9-failed")).status, 204);
  const first = await over.streams.open("proj_1", BY, null);
  assert.match(await first.text(), /event: task\ndata: .*"failed"/);

  const odd = streamsOver([{ task: task("failed"), events: [] }]);
  await (await odd.streams.open("proj_1", BY, "9; drop")).text();
  assert.equal(odd.asked[0], 0);
});

Deno.test("wherever a stream breaks off, who comes again with the last id hears the rest, then 204", async () => {
  const story = [1, 2, 3].map((id) => event(id, `project.${id}`));
  const whole = [...story.map(({ type }) => type), "task"];
  const looks = (after: number) => [
    { task: task("completed", 100), events: story.filter(({ event_id }) => event_id > after) },
    { task: task("completed", 100), events: [] },
  ];

  for (let broken = 0; broken <= whole.length; broken++) {
    const heard: string[] = [];
    let lastId: string | null = null;
    for (let times = 0; times < 3; times++) {
      const { streams } = streamsOver(looks(parseInt(lastId ?? "0")));
      const answer: Response = await streams.open("proj_1", BY, lastId);
      if (answer.status === 204) break;
      const said = [...(await answer.text()).matchAll(/^id: (.+)\nevent: (.+)$/gm)];
      for (const [, id = "", type = ""] of times === 0 ? said.slice(0, broken) : said) {
        lastId = id;
        heard.push(type);
      }
    }
    assert.deepEqual(heard, whole, `broken off behind ${broken}`);
    const { streams } = streamsOver(looks(3));
    assert.equal((await streams.open("proj_1", BY, lastId)).status, 204);
  }
});

Deno.test("a task that has ended is said behind all that happened, however many pages that are", async () => {
  const page = (from: number, length: number) => ({
    task: task("completed", 100),
    events: Array.from({ length }, (_, n) => event(from + n, "scene.completed")),
  });
  const { streams } = streamsOver([page(1, 100), page(101, 3), page(104, 0)]);
  const text = await (await streams.open("proj_1", BY, null)).text();
  const types = [...text.matchAll(/^event: (.+)$/gm)].map(([, type]) => type);
  assert.deepEqual(types, [...new Array<string>(103).fill("scene.completed"), "task"]);
});

Deno.test("a task that has ended is not said before what happened where the database is away in between", async () => {
  const full = Array.from({ length: 100 }, (_, n) => event(1 + n, "scene.completed"));
  const { streams } = streamsOver([
    { task: task("completed", 100), events: full },
    new DatabaseError("away", "", true),
    { task: task("completed", 100), events: [event(101, "project.completed")] },
    { task: task("completed", 100), events: [] },
  ]);
  const text = await (await streams.open("proj_1", BY, null)).text();
  const types = [...text.matchAll(/^event: (.+)$/gm)].map(([, type]) => type);
  assert.deepEqual(types.slice(100), ["project.completed", "task"]);
});

Deno.test("a stream ends by itself before the platform would end it, looking ever less often", async () => {
  const { streams, asked, waits } = streamsOver([{ task: task("processing"), events: [] }]);
  const text = await (await streams.open("proj_1", BY, null)).text();

  assert.equal(waits[0], 1000);
  assert.ok(waits.every((ms, i) => ms >= (waits[i - 1] ?? 0) && ms <= 5000), `${waits}`);
  const lasted = waits.reduce((sum, ms) => sum + ms, 0);
  assert.ok(lasted >= 100_000 && lasted <= 105_000, `${lasted}`);
  assert.ok(asked.length < 30);
  assert.ok(text.split(": alive\n\n").length - 1 >= 5, "a heartbeat where nothing happens");
});

Deno.test("a stream ends when its isolate has to go, and when its reader has gone", async () => {
  const stopping = new AbortController();
  const going = streamsOver([{ task: task("processing"), events: [] }], stopping.signal);
  const answer = await going.streams.open("proj_1", BY, null);
  stopping.abort();
  await answer.text();
  assert.ok(going.asked.length <= 3, `${going.asked.length}`);

  const left = streamsOver([{ task: task("processing"), events: [] }]);
  const opened = await left.streams.open("proj_1", BY, null);
  await opened.body?.cancel();
  const looks = left.asked.length;
  assert.ok(looks < 5, `${looks}`);
});

Deno.test("a database that is away for a moment ends no stream; one that refuses does, quietly", async () => {
  const processing = { task: task("processing"), events: [] };
  const { streams, lines } = streamsOver([
    processing,
    new DatabaseError("away", "", true),
    { task: task("completed", 100), events: [event(7, "project.completed")] },
    { task: task("completed", 100), events: [] },
  ]);
  assert.match(await (await streams.open("proj_1", BY, null)).text(), /project\.completed/);
  assert.deepEqual(lines, []);

  const broken = streamsOver([processing, new DatabaseError("secret words", "42883", false)]);
  const text = await (await broken.streams.open("proj_1", BY, null)).text();
  assert.doesNotMatch(text, /secret/);
  assert.match(broken.lines.join(), /stream\.failed/);
});

Deno.test("an unknown task or a wrong token opens none", async () => {
  assert.equal(await streamsOver([null]).all.open("proj_9", BY, null), null);
});

Deno.test("the 101st reader of an isolate, and who comes while the database is away, comes again", async () => {
  const { streams, asked } = streamsOver([{ task: task("processing"), events: [] }]);
  const open = [];
  for (let i = 0; i < 100; i++) open.push(await streams.open("proj_1", BY, null));
  const looks = asked.length;
  const late = await streams.open("proj_1", BY, null);
  assert.deepEqual(
    [late.status, late.headers.get("content-type"), await late.text()],
    [200, "text/event-stream", "retry: 5000\n\n"],
  );
  assert.equal(asked.length, looks, "it costs the database nothing");
  await open[0]?.body?.cancel();
  const next = await streams.open("proj_1", BY, null);
  for (const { body } of [...open.slice(1), next]) await body?.cancel();

  const away = streamsOver([new DatabaseError("away", "", true)]);
  assert.equal(await (await away.streams.open("proj_1", BY, "9")).text(), "retry: 5000\n\n");
  const broken = streamsOver([new DatabaseError("no", "42883", false)]);
  await assert.rejects(broken.streams.open("proj_1", BY, null), DatabaseError);
});

Deno.test("readers who come all at once are no more than those who come one by one", async () => {
  const { streams } = streamsOver([{ task: task("processing"), events: [] }]);
  const answers = await Promise.all(
    Array.from({ length: 150 }, () => streams.open("proj_1", BY, null)),
  );
  const first = async ({ body }: Response) => {
    const reader = body?.getReader();
    const { value } = await reader?.read() ?? {};
    await reader?.cancel();
    return new TextDecoder().decode(value);
  };

  const words = await Promise.all(answers.map(first));
  assert.equal(words.filter((text) => text === "retry: 2000\n\n").length, 100);
  assert.equal(await first(await streams.open("proj_1", BY, null)), "retry: 2000\n\n");
});
