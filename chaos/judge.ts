import { type FalRequest, isLive } from "../local/simulators/fal/account.ts";
import { attemptIdOf } from "./attempt_id.ts";
import { REFUSAL } from "./film_faults.ts";
import type { FilmPlan } from "./film_plan.ts";
import type { Findings } from "./findings.ts";
import type { Word } from "./hearing.ts";
import { mayLose } from "./lost_calls.ts";
import type { Deeds } from "./people.ts";
import { Places } from "./places.ts";
import { endlessClips, type Schedule } from "./schedule.ts";
import type { Take } from "./takes.ts";
import { wrongParts } from "./wrong_parts.ts";

export type Project = {
  project_id: string;
  status: string;
  error: string | null;
  url: string | null;
  thumbnail: string | null;
  /** Steps and deliveries that have not ended. */
  open: number;
};
/** An attempt of which nobody knows whether fal took it. */
export type Unknown = { attempt_id: string; project_id: string; kind: string };

export type Evidence = {
  schedule: Schedule;
  fal: readonly FalRequest[];
  projects: readonly Project[];
  unknown: readonly Unknown[];
  /** Films a version of which had a scene made once more: the clips in them need not be the first ones. */
  retaken: ReadonlySet<number>;
  /** The clips that are in each film, and of what it was stored, by their projects' ids. */
  takes: ReadonlyMap<string, readonly Take[]>;
  stored: ReadonlyMap<string, string>;
  words: ReadonlyMap<string, Word[]>;
  deeds: Deeds;
};

/** In the words of fal, whose ffmpeg did not get what it was given the URL of. */
const UNFETCHED = "Failed to download the file";
const GIVEN_UP = /No result of generate_clip after \d+ s \(give_up_seconds\.generate_clip\.fal-ai/;

/** Tells of one film after the other whether it ended as it should, into `findings`. */
export function judgeOf(
  findings: Findings,
  { schedule, fal, projects, unknown, retaken, takes, stored, words, deeds }: Evidence,
): (film: FilmPlan, taskId: string | null) => void {
  const byId = new Map(projects.map((project) => [project.project_id, project]));
  const refused = new Set(
    schedule.filmFaults.filter(({ kind }) => kind === "provider-refuses").map(({ film }) => film),
  );
  const isMediaTroubled = schedule.storms.some(({ kind }) => kind.startsWith("media-"));
  const places = new Places(fal);
  const byFilm = Map.groupBy(fal, ({ input }) => places.of(input)?.film ?? 0);
  // fal has told, or would tell, what became of these. Of one that never ends nobody hears: where its
  // receipt was lost and its patience was over before fal's list could be read, nothing can be learnt.
  const tokens = new Set(
    fal.filter((request) => !isLive(request)).map(({ webhookUrl }) => attemptIdOf(webhookUrl)),
  );

  return function judge(film: FilmPlan, taskId: string | null): void {
    const name = `film ${film.number}`;
    if (taskId === null) return void findings.lost.push(`${name}: its order was never accepted`);
    const project = byId.get(taskId);
    if (!project) {
      const found = deeds.deletedUsers.has(film.userId) ? findings.deleted : findings.lost;
      return void found.push(`${name}: there is no project ${taskId}`);
    }
    if (!["completed", "failed", "cancelled"].includes(project.status) || project.open > 0) {
      return void findings.stuck.push(`${name}: ${project.status}, ${project.open} open`);
    }
    listen(name, project, words.get(taskId) ?? []);

    const lost = unknown.filter(({ project_id }) => project_id === taskId);
    if (project.status === "completed") {
      findings.completed.push(name);
      const wrong = wrongParts(film, byFilm.get(film.number) ?? [], {
        takes: retaken.has(film.number) ? takes.get(taskId) ?? [] : null,
        stored: stored.get(taskId) ?? null,
      });
      if (wrong !== null) findings.wrong.push(`${name}: ${wrong}`);
    } else if (project.status === "cancelled" && deeds.cancelled.has(taskId)) {
      findings.cancelled.push(name);
    } else if (refused.has(film.number) && project.error?.includes(REFUSAL)) {
      findings.refused.push(name);
    } else if (endlessClips(schedule, film.number).size > 0 && GIVEN_UP.test(project.error ?? "")) {
      findings.givenUp.push(name);
    } else if (
      isMediaTroubled && project.error?.includes(UNFETCHED) &&
      byFilm.get(film.number)?.some(isUnfetched)
    ) {
      findings.unfetched.push(name);
    } else if (
      lost.length > 0 && mayLose(schedule, film.number) &&
      lost.every(({ attempt_id }) => !tokens.has(attempt_id))
    ) {
      const kinds = lost.map(({ kind }) => kind).join(", ");
      findings.unknown.push(`${name}: ${kinds}: ${project.error}`);
    } else {
      findings.unexplained.push(`${name}: ${project.status}: ${project.error}`);
    }
  };

  function listen(name: string, { project_id, status, url }: Project, heard: Word[]): void {
    const isEnd = ({ type, verified, filmUrl }: Word) =>
      verified && type === `video.generation.${status}` && filmUrl === url;
    // It had failed before it was tried again, or ended in whatever way before a scene was made once
    // more, and its client was told so.
    const isEarlier = ({ type, verified }: Word) =>
      verified && (deeds.retaken.has(project_id) ||
        deeds.retried.has(project_id) && type === "video.generation.failed");

    const ends = heard.filter(isEnd);
    if (!ends.some(({ isTaken }) => isTaken)) {
      findings.lost.push(`${name}: its client took nothing`);
    }
    const ids = new Set(ends.map(({ webhookId }) => webhookId));
    if (ids.size > 1 && !endsAgain(deeds, project_id)) {
      findings.twoIds.push(`${name}: ${[...ids].join(", ")}`);
    }
    const wrong = heard.find((word) => !isEnd(word) && !isEarlier(word));
    if (wrong) {
      findings.wrongWords.push(`${name}: ${JSON.stringify(wrong)}, it is ${status} at ${url}`);
    }
  }
}

/** What was tried again, or is made otherwise now, has ended several times. */
export function endsAgain({ retried, retaken }: Deeds, projectId: string): boolean {
  return retried.has(projectId) || retaken.has(projectId);
}

/** fal says itself that it did not get a file. */
function isUnfetched({ result }: FalRequest): boolean {
  return result !== null && result.status !== 200 &&
    JSON.stringify(result.body).includes(UNFETCHED);
}
