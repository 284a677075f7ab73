import { short } from "./figures.ts";

/** What was measured, and everything in docs/scaling.md follows from. */
export type ScalingInputs = {
  conditions: string;
  film: {
    /** Milliseconds of Postgres's CPU, over eight connections. */
    cpu: number;
    /** The same by parts, on one connection: only their proportions count. */
    parts: { job: number; claims: number; submissions: number; callbacks: number; answer: number };
    statements: number;
    commits: number;
    /** Kilobytes. */
    log: number;
    versions: number;
    rows: number;
    /** Kilobytes. */
    kept: number;
  };
  /** Milliseconds of a door's own CPU for a request. */
  door: { job: number; callback: number };
  /** A second, on the machine of the measurement, with the load on it. */
  rates: { jobs: number; callbacks: number; filmsInSql: number; filmsOverHttp: number };
  bell: { changes: number; rings: number; mostQueued: number };
};

/** Of the CPU: vacuum, backups and people want the rest. */
const SHARE = 0.5;
const CALLBACKS = 7;
/** Compute sizes as Supabase sells them: threads, memory (GB), disk that is always there (MB/s). */
const SIZES = [
  ["Micro", 2, 1, 11],
  ["Small", 2, 2, 22],
  ["Medium", 2, 4, 43],
  ["Large", 2, 8, 79],
  ["XL", 4, 16, 149],
  ["2XL", 8, 32, 297],
  ["4XL", 16, 64, 594],
  ["8XL", 32, 128, 1188],
  ["12XL", 48, 192, 1781],
  ["16XL", 64, 256, 2375],
] as const;
/** One account's requests at work at fal, seconds of a clip, scenes of a film. */
const FAL = { atFirst: 2, grown: 40, clip: 120, scenes: 3 };
/** One run of the runner: pieces at a time, seconds of a submission at fal. */
const RUN = { inFlight: 10, submission: 0.4 };
/** PostgREST's connections as a small project has them, and seconds beside the CPU: the commit. */
const POOL = { connections: 10, commit: 0.003 };
const HOUR = 3600;

/** The table of inputs. */
export function showInputs({ conditions, film, door, rates, bell }: ScalingInputs): string {
  const { parts } = film;
  const sum = Object.values(parts).reduce((all, part) => all + part, 0);
  const of = (part: number) => short(film.cpu * part / sum);
  const split = Object.entries(parts).map(([name, part]) => `${name} ${of(part)}`).join(" · ");
  return table(["input", "a film", "of it"], [
    ["Postgres's CPU", `${short(film.cpu)} ms`, split],
    ["SQL statements", short(film.statements), "those of functions and foreign keys with them"],
    ["commits", short(film.commits), "a job, 7 submissions, 7 callbacks, an answer, shared claims"],
    [
      "log (WAL)",
      `${short(film.log)} kB`,
      "without page images, once a page after each checkpoint",
    ],
    ["row versions written", short(film.versions), ""],
    ["rows kept", short(film.rows), `${short(film.kept)} kB with their indexes`],
    ["calls to fal", "7", "and 7 callbacks; downloads of film and thumbnail"],
    ["a door's CPU", "", `${short(door.job)} ms a job, ${short(door.callback)} ms a callback`],
    [
      "through doors and gateway, load included",
      "",
      `${short(rates.jobs)} jobs/s, ${short(rates.callbacks)} callbacks/s, ` +
      `${short(rates.filmsOverHttp)} films/s (${short(rates.filmsInSql)} in SQL alone)`,
    ],
    [
      "the bell",
      "",
      `${short(bell.changes)} changes: ${short(bell.rings)} rings, at most ${
        short(bell.mostQueued)
      } queued`,
    ],
  ]) + `\n\n${conditions}`;
}

/** What each compute size carries. */
export function showSizes({ film }: ScalingInputs): string {
  const { parts } = film;
  const sum = Object.values(parts).reduce((all, part) => all + part, 0);
  const job = film.cpu * parts.job / sum;
  const callback = film.cpu * parts.callbacks / sum / CALLBACKS;
  return table(
    ["compute size", "films an hour", "jobs an hour, alone", "callbacks an hour, alone"]
      .concat(["log at that rate", "of the disk it always has"]),
    SIZES.map(([name, threads, , disk]) => {
      const cpu = threads * SHARE * 1000;
      const log = cpu / film.cpu * film.log / 1024;
      return [
        `${name} (${threads} threads)`,
        short(cpu / film.cpu * HOUR),
        short(cpu / job * HOUR),
        short(cpu / callback * HOUR),
        `${short(log)} MB/s`,
        `${short(100 * log / disk)} %`,
      ];
    }),
  );
}

/** Where each limit stands, in films an hour on a machine of two threads. */
export function showLimits({ film }: ScalingInputs): string {
  const clips = (requests: number) => requests / FAL.clip * HOUR / FAL.scenes;
  const call = film.cpu / film.commits / 1000 + POOL.commit;
  const run = RUN.inFlight / RUN.submission / CALLBACKS;
  const [, threads, , disk] = SIZES[0];
  return table(["limit", "arithmetic", "films an hour"], [
    [
      "fal, a new account",
      `${FAL.atFirst} at work / ${FAL.clip} s / ${FAL.scenes} clips`,
      short(clips(FAL.atFirst)),
    ],
    [
      "fal, a grown account",
      `${FAL.grown} at work / ${FAL.clip} s / ${FAL.scenes} clips`,
      short(clips(FAL.grown)),
    ],
    [
      "one run of the runner",
      `${RUN.inFlight} at a time / ${RUN.submission} s / ${CALLBACKS} submissions`,
      short(run * HOUR),
    ],
    [
      "Postgres's CPU, two threads, half of it",
      `${threads} x ${SHARE} / ${short(film.cpu)} ms`,
      short(threads * SHARE * 1000 / film.cpu * HOUR),
    ],
    [
      "PostgREST's pool of ten",
      `${POOL.connections} / ${short(1000 * call)} ms a call / ${short(film.commits)} calls`,
      short(POOL.connections / call / film.commits * HOUR),
    ],
    [
      "the log, Micro's disk",
      `${disk} MB/s / ${short(film.log)} kB`,
      short(disk * 1024 / film.log * HOUR),
    ],
  ]);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}
