import assert from "node:assert/strict";
import type { FalRequest } from "../local/simulators/fal/account.ts";
import type { StandingEndpoint } from "./endpoints.ts";
import { readFaults } from "./fault_kinds.ts";
import { emptyFindings, type Findings, GOOD } from "./findings.ts";
import { request } from "./fixture.ts";
import type { Word } from "./hearing.ts";
import { judgeOf, type Project } from "./judge.ts";
import { judgeEndpoints } from "./judge_endpoints.ts";
import type { Deeds } from "./people.ts";
import { planSchedule } from "./schedule.ts";

const SCHEDULE = planSchedule({ films: 1, seed: 1, faults: readFaults("none") });
const FAILED: Project = {
  project_id: "p",
  status: "failed",
  error: null,
  url: null,
  thumbnail: null,
  open: 0,
};
const CANCELLED: Project = { ...FAILED, status: "cancelled" };
const TOLD: Word = {
  type: "video.generation.cancelled",
  webhookId: "msg_1",
  verified: true,
  isTaken: true,
  filmUrl: null,
};

Deno.test("a film that was cancelled by hand, and whose client took that once, is well", () => {
  const findings = judged(CANCELLED, [TOLD], deeds({ cancelled: ["p"] }));

  assert.deepEqual(bad(findings), []);
  assert.deepEqual(findings.cancelled, ["film 1"]);
});

Deno.test("a film that nobody cancelled, and that is cancelled, has failed without a reason", () => {
  assert.deepEqual(bad(judged(CANCELLED, [TOLD])), ["unexplained"]);
});

Deno.test("a callback that its client never took well is lost, however often it came", () => {
  const refused = { ...TOLD, isTaken: false };

  assert.deepEqual(bad(judged(CANCELLED, [refused, refused], byHand())), ["lost"]);
  assert.deepEqual(bad(judged(CANCELLED, [], byHand())), ["lost"]);
});

Deno.test("callbacks that are unsigned, of another end, or of another film's file are seen", () => {
  const others: Partial<Word>[] = [
    { verified: false },
    { type: "video.generation.completed" },
    { filmUrl: "https://films.test/other.mp4" },
  ];

  for (const other of others) {
    assert.deepEqual(bad(judged(CANCELLED, [TOLD, { ...TOLD, ...other }], byHand())), [
      "wrongWords",
    ]);
  }
});

Deno.test("an end under two ids is seen, but where the film was tried again", () => {
  const ended = { ...TOLD, type: "video.generation.failed" };
  const twice = [ended, { ...ended, webhookId: "msg_2" }];

  assert.ok(bad(judged(FAILED, twice)).includes("twoIds"));
  assert.ok(!bad(judged(FAILED, twice, deeds({ retried: ["p"] }))).includes("twoIds"));
});

Deno.test("a film of which a scene was made once more may have ended before, under another id", () => {
  const before = {
    ...TOLD,
    type: "video.generation.completed",
    webhookId: "msg_0",
    filmUrl: "old",
  };
  const done = { cancelled: ["p"], retaken: ["p"] };

  assert.deepEqual(bad(judged(CANCELLED, [before, TOLD], deeds(done))), []);
  assert.deepEqual(bad(judged(CANCELLED, [before, TOLD], byHand())), ["wrongWords"]);
  assert.deepEqual(bad(judged(CANCELLED, [before], deeds(done))), ["lost"]);
});

Deno.test("a film fails for want of a file only where its host was to be troubled, and fal got none", () => {
  const error = "Scene 1: Failed to download the file. Please check if the URL is accessible";
  const failed = { ...FAILED, error };
  const told = [{ ...TOLD, type: "video.generation.failed" }];
  const asked = request({ prompt: "film 1 clip 1" }, "clip1", { billed: false });
  const unfetched = { ...asked, result: { status: 422, body: { detail: [{ msg: error }] } } };

  const troubled = planSchedule({ films: 1, seed: 1, faults: readFaults("media-away") });
  const unexplained = ["unexplained"];

  assert.deepEqual(bad(judged(failed, told, deeds({}), [unfetched], troubled)), []);
  assert.deepEqual(bad(judged(failed, told, deeds({}), [asked], troubled)), unexplained);
  assert.deepEqual(bad(judged(failed, told, deeds({}), [unfetched])), unexplained);
});

Deno.test("a project that is gone is lost, but where its user was to be deleted", () => {
  const [film] = SCHEDULE.films;
  const gone = deeds({ deletedUsers: [film?.userId ?? ""] });

  assert.deepEqual(bad(judged(null, [])), ["lost"]);
  assert.deepEqual(bad(judged(null, [], gone)), []);
});

Deno.test("an endpoint hears of a film's end once, last of all, or was away", () => {
  const project = { ...CANCELLED, user_id: "user 1" };
  const stage = { webhookId: "msg_1", type: "scene.started", taskId: "p" };
  const end = { webhookId: "msg_2", type: "video.generation.cancelled", taskId: "p" };
  const judge = (endpoint: Partial<StandingEndpoint>) => {
    const findings = emptyFindings();
    const endpoints = [{ ...ENDPOINT, ...endpoint }];
    judgeEndpoints(findings, { endpoints, projects: [project], deeds: deeds({}) });
    return bad(findings);
  };

  assert.deepEqual(judge({ taken: [stage, end] }), []);
  assert.deepEqual(judge({ taken: [stage] }), ["lost"]);
  assert.deepEqual(judge({ taken: [stage], hasMissed: true }), []);
  assert.deepEqual(judge({ taken: [end, { ...end, webhookId: "msg_3" }] }), ["twoIds"]);
  assert.deepEqual(judge({ taken: [end, stage] }), ["disordered"]);
  assert.deepEqual(judge({ taken: [end], unsigned: 1 }), ["wrongWords"]);
});

const ENDPOINT: StandingEndpoint = {
  id: "end_1",
  path: "/0/1",
  userId: "user 1",
  isOrdered: true,
  hasMissed: false,
  taken: [],
  unsigned: 0,
  secrets: [],
};

function judged(
  project: Project | null,
  words: Word[],
  done = deeds({}),
  fal: FalRequest[] = [],
  schedule = SCHEDULE,
): Findings {
  const findings = emptyFindings();
  const judge = judgeOf(findings, {
    schedule,
    fal,
    projects: project ? [project] : [],
    unknown: [],
    retaken: new Set(),
    takes: new Map(),
    stored: new Map(),
    words: new Map([["p", words]]),
    deeds: done,
  });
  for (const film of SCHEDULE.films) judge(film, "p");
  return findings;
}

function deeds(done: Partial<Record<keyof Deeds, string[]>>): Deeds {
  return {
    cancelled: new Set(done.cancelled),
    retried: new Set(done.retried),
    retaken: new Set(done.retaken),
    deletedUsers: new Set(done.deletedUsers),
  };
}

const byHand = () => deeds({ cancelled: ["p"] });

function bad(findings: Findings): string[] {
  return Object.entries(findings)
    .filter(([name, found]) => found.length > 0 && !GOOD.some((good) => good === name))
    .map(([name]) => name);
}
