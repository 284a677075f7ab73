import type { StandingEndpoint } from "./endpoints.ts";
import type { Findings } from "./findings.ts";
import { endsAgain, type Project } from "./judge.ts";
import type { Deeds } from "./people.ts";

type Heard = { endpoint: StandingEndpoint; project: Project };

/** Tells into `findings` what standing endpoints heard otherwise than they should. */
export function judgeEndpoints(
  findings: Findings,
  { endpoints, projects, deeds }: {
    endpoints: readonly StandingEndpoint[];
    projects: readonly (Project & { user_id: string })[];
    deeds: Deeds;
  },
): void {
  for (const endpoint of endpoints) {
    const name = `endpoint of ${endpoint.userId}`;
    if (endpoint.unsigned > 0) {
      findings.wrongWords.push(`${name}: ${endpoint.unsigned} requests with a wrong signature`);
    }
    for (const project of projects) {
      if (project.user_id !== endpoint.userId || endsAgain(deeds, project.project_id)) continue;
      judgeOne(findings, { endpoint, project }, deeds);
    }
  }
}

function judgeOne(findings: Findings, { endpoint, project }: Heard, deeds: Deeds): void {
  const { project_id, status } = project;
  const name = `endpoint of ${endpoint.userId}, ${project_id}`;
  const heard = endpoint.taken.filter(({ taskId }) => taskId === project_id);
  const ends = heard.filter(({ type }) => type.startsWith("video.generation."));
  const mayMiss = endpoint.hasMissed || deeds.deletedUsers.has(endpoint.userId);
  if (ends.length === 0 && !mayMiss) findings.lost.push(`${name}: it did not hear of its end`);
  if (ends.length > 1) findings.twoIds.push(`${name}: its end under several ids`);
  const wrong = ends.find(({ type }) => type !== `video.generation.${status}`);
  if (wrong) findings.wrongWords.push(`${name}: ${wrong.type}, it is ${status}`);
  if (endpoint.isOrdered && ends.length === 1 && heard.at(-1) !== ends[0]) {
    findings.disordered.push(`${name}: ${heard.map(({ type }) => type).join(", ")}`);
  }
}
