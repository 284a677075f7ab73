import assert from "node:assert/strict";
import { delivery, step } from "./fixture.ts";
import { due, idOf, NOTHING, run, START } from "./run_fixture.ts";
import { runWork } from "./run_work.ts";

Deno.test("everything due is performed, and a run that leaves nothing behind rings nobody", async () => {
  const { seen, deps } = run([due(step("1"), delivery("2")), due(step("3"))]);

  await runWork(deps, { answersBell: true });

  assert.deepEqual(seen.performed, ["step_1", "del_2", "step_3"]);
  assert.deepEqual(seen.rings, []);
});

Deno.test("only the first claim answers the bell, and none where no ring of the database came", async () => {
  const rung = run([due(step("1"))]);
  await runWork(rung.deps, { answersBell: true });
  const posted = run([due(step("1"))]);
  await runWork(posted.deps, { answersBell: false });

  const answers = ({ seen }: typeof rung) => seen.claims.map(({ answersBell }) => answersBell);
  assert.deepEqual(answers(rung).slice(0, 2), [true, false]);
  assert.ok(answers(posted).every((answersBell) => !answersBell));
});

Deno.test("no more is in flight than allowed, and a free slot is filled before the slowest ends", async () => {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const waiting = ["1", "2", "3", "4", "5", "6"].map((id) => step(id));
  let most = 0;
  let inFlight = 0;
  const { seen, deps } = run([], {
    budget: { pieces: 100, time: 100_000, inFlight: 4 },
    claim: ({ limit }) => Promise.resolve(due(...waiting.splice(0, limit))),
    async perform(work) {
      const gate = Promise.withResolvers<void>();
      gates.set(idOf(work), gate);
      most = Math.max(most, ++inFlight);
      // The first is the slowest: only the last piece lets it end.
      if (work.claim_token === "claim_6") gates.get("step_1")?.resolve();
      if (work.claim_token !== "claim_1") gate.resolve();
      await gate.promise;
      inFlight--;
      seen.performed.push(idOf(work));
    },
  });

  await runWork(deps, { answersBell: true });

  assert.equal(seen.performed.length, 6);
  assert.notEqual(seen.performed[0], "step_1");
  assert.ok(most <= 4, `${most} in flight`);
});

Deno.test("a piece that throws is logged, left to its lease, and stops no other", async () => {
  const { seen, deps } = run([due(step("1"), step("2"))]);
  const ok = deps.perform;

  await runWork({
    ...deps,
    perform: (work) => idOf(work) === "step_1" ? Promise.reject(new Error("bug")) : ok(work),
  }, { answersBell: true });

  assert.deepEqual(seen.performed, ["step_2"]);
  assert.match(JSON.stringify(seen.logged), /work\.failed.*att_1/);
});

Deno.test("a run rings for a successor when its pieces are spent", async () => {
  const { seen, deps } = run([due(step("1"), step("2")), due(step("3"))]);

  await runWork({ ...deps, budget: { ...deps.budget, pieces: 2 } }, { answersBell: true });

  assert.deepEqual(seen.performed, ["step_1", "step_2"]);
  assert.deepEqual(seen.rings, [{ deaf: false }]);
});

Deno.test("a run rings for a successor when its time is over or its isolate has to go", async () => {
  const late = run([]);
  let first = true;
  await runWork({
    ...late.deps,
    claim() {
      late.seen.now += first ? 100_000 : 0;
      first = false;
      return Promise.resolve(due(step("1")));
    },
  }, { answersBell: true });
  assert.deepEqual(late.seen.rings, [{ deaf: false }]);
  assert.deepEqual(late.seen.performed, ["step_1"]);

  const gone = run([], { stopping: AbortSignal.abort() });
  await runWork(gone.deps, { answersBell: false });
  assert.deepEqual(gone.seen.rings, [{ deaf: false }]);
  assert.deepEqual(gone.seen.claims, []);
});

Deno.test("a ring that comes to an isolate that has to go is answered before it is passed on", async () => {
  const order: string[] = [];
  const { seen, deps } = run([], { stopping: AbortSignal.abort() });

  await runWork({
    ...deps,
    claim({ limit, answersBell }) {
      order.push(`claim ${limit}, answers: ${answersBell}`);
      return Promise.resolve(NOTHING);
    },
    ring: () => Promise.resolve(void order.push("ring")),
  }, { answersBell: true });

  assert.deepEqual(order, ["claim 0, answers: true", "ring"]);
  assert.deepEqual(seen.performed, []);
});

Deno.test("while the bell works a run does not wait for what is due later", async () => {
  const later = new Date(START + 1000).toISOString();
  const { seen, deps } = run([{ ...NOTHING, next_due_at: later }]);

  await runWork(deps, { answersBell: true });

  assert.deepEqual(seen.slept, []);
  assert.deepEqual(seen.rings, []);
});

Deno.test("when claiming fails, what is in flight is still finished", async () => {
  const { seen, deps } = run([due(step("1"))]);
  const { claim, perform } = deps;

  await assert.rejects(
    runWork({
      ...deps,
      claim: (by) => seen.claims.length === 0 ? claim(by) : Promise.reject(new Error("away")),
      perform: (work) => afterAll(() => perform(work)),
    }, { answersBell: true }),
    /away/,
  );

  assert.deepEqual(seen.performed, ["step_1"]);
});

Deno.test("a successor is rung for at once, though a piece takes long, and the run stays for it", async () => {
  const long = Promise.withResolvers<void>();
  const { seen, deps } = run([due(step("1"))]);
  const { perform } = deps;

  await runWork({
    ...deps,
    budget: { ...deps.budget, pieces: 1 },
    perform: (work) => long.promise.then(() => perform(work)),
    ring(by) {
      assert.deepEqual(seen.performed, []);
      long.resolve();
      return deps.ring(by);
    },
  }, { answersBell: true });

  assert.deepEqual([seen.performed, seen.rings], [["step_1"], [{ deaf: false }]]);
});

Deno.test("a run whose every slot hangs rings for a successor when its time is over", async () => {
  const long = Promise.withResolvers<void>();
  const { seen, deps } = run([due(step("1"), step("2"))]);

  await runWork({
    ...deps,
    budget: { ...deps.budget, inFlight: 2 },
    perform: () => long.promise,
    ring(by) {
      long.resolve();
      return deps.ring(by);
    },
  }, { answersBell: true });

  assert.deepEqual([seen.claims.length, seen.rings], [1, [{ deaf: false }]]);
  assert.equal(seen.now, START + deps.budget.time);
});

Deno.test("a run that waits for a long piece looks at once when it hears a ring, and listens no more when it has ended", async () => {
  const long = Promise.withResolvers<void>();
  const { seen, deps } = run([due(step("1"))]);
  const { perform, claim } = deps;
  let listening = 0;

  await runWork({
    ...deps,
    startWatch: () => null,
    async claim(by) {
      if (seen.claims.length === 2) return await claim(by).then(() => due(step("2")));
      return await claim(by);
    },
    async perform(work) {
      if (idOf(work) === "step_1") await long.promise;
      await perform(work);
    },
    hearRing(look) {
      listening++;
      if (seen.claims.length === 2) look();
      else long.resolve();
      return () => listening--;
    },
  }, { answersBell: true });

  assert.deepEqual([seen.performed, seen.now, listening], [["step_2", "step_1"], START, 0]);
});

Deno.test("a ring that fails waits for what is in flight, too", async () => {
  const { seen, deps } = run([due(step("1"))]);
  const { perform } = deps;

  await assert.rejects(
    runWork({
      ...deps,
      budget: { ...deps.budget, pieces: 1 },
      perform: (work) => afterAll(() => perform(work)),
      ring: () => Promise.reject(new Error("away")),
    }, { answersBell: true }),
    /away/,
  );

  assert.deepEqual(seen.performed, ["step_1"]);
});

/** Does it when everything that could go on without it has gone on. */
async function afterAll(work: () => Promise<void>): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await null;
  await work();
}
