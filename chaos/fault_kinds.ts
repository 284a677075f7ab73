/** How often a kind of fault happens. */
type Frequency = {
  /** So many of a hundred films have one of it. */
  films?: number;
  /** One of it befalls the whole stack for so many films. */
  every?: number;
};

/** What can go wrong. Every kind that is on happens at least once in a run. */
export const FAULTS = {
  "lost-callbacks": { films: 8 },
  "twofold-callbacks": { films: 8 },
  "reordered-callbacks": { films: 12 },
  "early-callbacks": { films: 8 },
  /** Lost at first; they come when hours have passed. */
  "late-callbacks": { films: 6, every: 25 },
  "provider-5xx": { films: 5 },
  "provider-429": { films: 3 },
  /** Takes the request and answers only when the runner's lease has run out. */
  "provider-hangs": { films: 4 },
  "provider-refuses": { films: 4 },
  /** Takes the request, works, and fails. */
  "provider-breaks": { films: 4 },
  "provider-slow": { films: 4 },
  /** Takes the request, begins and never ends: past our patience it is given up. */
  "provider-never-ends": { films: 2 },
  "provider-away": { every: 40 },
  /** Nobody can know that the request never arrived: such a film ends as outcome_unknown. */
  "cut-before": { films: 1 },
  "cut-after": { films: 5 },
  /** What was lost is looked up there, and the list refuses. */
  "list-refused": { every: 12 },
  "lost-bells": { every: 12 },
  "deleted-bells": { every: 12 },
  "client-away": { every: 15 },
  "kills": { every: 16 },
  "kills-at-moments": { every: 16 },
  /** Between announcement and call: such a film may end as outcome_unknown. */
  "kills-before-calls": { every: 100 },
  "dead-postgres": { every: 25 },
  /** Nobody can write, as when the disk is nearly full. */
  "read-only": { every: 50 },
  /** By seconds, as where a standby takes over. */
  "clock-set-back": { every: 40 },
  "cut-connections": { every: 10 },
  "held-transactions": { every: 15 },
  /** Between functions and database: a verb that was never called, or whose answer was lost or late. */
  "lost-calls": { every: 20 },
  "lost-answers": { every: 12 },
  "slow-answers": { every: 20 },
  /** Storage does not take a file, or took it and its answer was lost. */
  "storage-away": { every: 20 },
  /** The host of what fal made is gone, late, or breaks off: for Storage, and for fal's own ffmpeg. */
  "media-away": { every: 40 },
  "media-slow": { every: 40 },
  "media-cut-off": { every: 40 },
  /** A function stands still, often past its lease, and goes on as if nothing had been. */
  "frozen-functions": { every: 16 },
  "second-runner": { every: 40 },
  /** Every function ends and begins again, with another secret for bells and callbacks. */
  "rotated-secrets": { every: 80 },
  /** What people do meanwhile. */
  "pauses": { every: 12 },
  "cancels": { every: 20 },
  "retries": { every: 20 },
  "replays": { every: 40 },
  "revisions": { every: 25 },
  /** Scenes made once more in other words, and an earlier one's first take selected again. */
  "retakes": { every: 14 },
  "deletions": { every: 100 },
  /** Disabled for a moment, another secret, deleted. */
  "endpoint-changes": { every: 25 },
  "housekeeping": { every: 20 },
} as const satisfies Record<string, Frequency>;

export type FaultKind = keyof typeof FAULTS;

/** Everything of a kind, all the time. */
const FLOODS = ["every-bell", "every-callback"] as const;
export type Flood = typeof FLOODS[number];

/** Which faults a run has. */
export type Faults = { kinds: readonly FaultKind[]; floods: readonly Flood[] };

/** @throws where `text` is no preset and no list of kinds. */
export function readFaults(text: string): Faults {
  if (text === "all") return { kinds: Object.keys(FAULTS).filter(isKind), floods: [] };
  if (text === "none") return { kinds: [], floods: [] };
  const kinds: FaultKind[] = [];
  const floods: Flood[] = [];
  for (const name of text.split(",")) {
    if (name === "no-bells") floods.push("every-bell");
    else if (name === "no-callbacks") floods.push("every-callback");
    else if (isKind(name)) kinds.push(name);
    else throw new Error(`Cannot take --faults ${name}: it is no kind of fault`);
  }
  return { kinds, floods };
}

/** How often it happens among so many films. */
export function frequencyOf(kind: FaultKind): Frequency {
  return FAULTS[kind];
}

function isKind(name: string): name is FaultKind {
  return Object.hasOwn(FAULTS, name);
}
