/** Everything that is looked for; what was found of it is named. */
export const FINDINGS = {
  completed: "completed",
  refused: "failed by refusal",
  givenUp: "given up past patience",
  unfetched: "failed for want of a file",
  cancelled: "cancelled by hand",
  deleted: "deleted with their user",
  unknown: "outcome_unknown",
  lost: "lost",
  stuck: "stuck",
  unexplained: "failed without a reason",
  overlooked: "unknown, though nothing was lost",
  wrong: "made of wrong parts",
  spoilt: "stored otherwise than made",
  unordered: "films that nobody ordered",
  paidTwice: "paid twice",
  live: "live requests at fal",
  broken: "broken invariants",
  twoIds: "callbacks under two ids",
  wrongWords: "callbacks that do not tell the truth",
  disordered: "ordered endpoints told out of order",
  errors: "errors nobody expected",
} as const;

export type Finding = keyof typeof FINDINGS;
export type Findings = Record<Finding, string[]>;

/** As a film may end; anything else fails the run. */
export const GOOD: readonly Finding[] = [
  "completed",
  "refused",
  "givenUp",
  "unfetched",
  "cancelled",
  "deleted",
  "unknown",
];

export function emptyFindings(): Findings {
  return {
    completed: [],
    refused: [],
    givenUp: [],
    unfetched: [],
    cancelled: [],
    deleted: [],
    unknown: [],
    lost: [],
    stuck: [],
    unexplained: [],
    overlooked: [],
    wrong: [],
    spoilt: [],
    unordered: [],
    paidTwice: [],
    live: [],
    broken: [],
    twoIds: [],
    wrongWords: [],
    disordered: [],
    errors: [],
  };
}
