import assert from "node:assert/strict";
import { FAULTS, readFaults } from "./fault_kinds.ts";
import { placesOf } from "./film_plan.ts";
import { mayLose, mostLost } from "./lost_calls.ts";
import { planSchedule } from "./schedule.ts";

const ALL = readFaults("all");

Deno.test("the same seed plans the same faults, another seed others", () => {
  const plan = (seed: number) => planSchedule({ films: 100, seed, faults: ALL });

  assert.deepEqual(plan(7), plan(7));
  assert.notDeepEqual(plan(7), plan(8));
});

Deno.test("every kind of fault is planned, also for few films", () => {
  const { filmFaults, storms } = planSchedule({ films: 5, seed: 1, faults: ALL });

  const planned = new Set([...filmFaults, ...storms].map(({ kind }) => kind));
  assert.deepEqual([...planned].toSorted(), Object.keys(FAULTS).toSorted());
});

Deno.test("a kind of fault befalls the same films whatever else is on", () => {
  const faults = readFaults("cut-before");
  const alone = planSchedule({ films: 300, seed: 3, faults });
  const among = planSchedule({ films: 300, seed: 3, faults: ALL });

  assert.deepEqual(alone.films, among.films);
  assert.deepEqual(
    alone.filmFaults,
    among.filmFaults.filter(({ kind }) => kind === "cut-before"),
  );
});

Deno.test("a fault is planned for a step that its film has", () => {
  const { films, filmFaults } = planSchedule({ films: 300, seed: 2, faults: ALL });

  for (const { film, place } of filmFaults) {
    const plan = films[film - 1];
    assert.ok(plan && placesOf(plan).includes(place), `film ${film} has a ${place}`);
  }
});

Deno.test("an outcome may be unknown only where something loses requests", () => {
  const plan = (list: string) => planSchedule({ films: 20, seed: 1, faults: readFaults(list) });
  const may = (list: string) =>
    plan(list).films.filter(({ number }) => mayLose(plan(list), number));

  assert.equal(may("lost-callbacks,no-bells,provider-hangs,lost-answers").length, 0);
  assert.equal(may("cut-before").length, 1);
  assert.equal(may("kills").length, 20);
});

Deno.test("as many calls may be lost as runners died and connections were cut", () => {
  const given = new Map(Object.entries({ "kills": 3, "rotated-secrets": 1, "lost-answers": 9 }));

  assert.equal(mostLost(new Map()), 0);
  assert.equal(mostLost(given), 5);
});

Deno.test("a kind of fault that does not exist is refused by name", () => {
  assert.throws(() => readFaults("kills,rain"), /Cannot take --faults rain/);
});
