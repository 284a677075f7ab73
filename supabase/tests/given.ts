import type { Sql } from "postgres";
import type { Database } from "../functions/_shared/database.ts";
import { createProject } from "../functions/_shared/transitions/projects.ts";
import type { StepWork } from "../functions/_shared/transitions/steps.ts";
import { callback, claim, submit } from "./verbs.ts";
import { jobOf, type JobOptions } from "./job_of.ts";
import { openSharedDatabase, type Session, type SharedDatabase } from "./test_database.ts";

/** An empty database, and films at the stages at which tests begin. */
export interface Given {
  /** A superuser's. */
  sql: Sql;
  /** As the doors and the runner connect: service_role. */
  db: Database;
  /** Another connection as service_role; closed after the test. */
  openSession(): Promise<Session>;
  /** Begins anew, for a test that runs many times. */
  empty(): Promise<void>;
  /** A new project, nothing claimed; its id. */
  aProject(options?: JobOptions): Promise<string>;
  /** A new project whose clips that can start are claimed. */
  aClaimedClip(options?: JobOptions): Promise<StepWork>;
  /** A new project whose first clip was accepted by the provider. */
  aSubmittedClip(options?: JobOptions): Promise<StepWork>;
  /** A project whose clips are all there; thumbnail and, for several clips, stitching are queued. */
  aFilmInStitching(options?: JobOptions): Promise<string>;
  /** A project whose film is joined and about to be stored: the claimed store_film. */
  aFilmToStore(options?: JobOptions): Promise<StepWork>;
}

let shared: SharedDatabase | undefined;

Deno.test.beforeAll(async () => {
  shared = await openSharedDatabase();
});

Deno.test.afterAll(async () => {
  await shared?.close();
});

/** Wraps a test that needs Postgres: it finds the database empty, settings and clock as shipped. */
export function onDatabase(test: (given: Given) => Promise<void>): () => Promise<void> {
  return async () => {
    if (!shared) throw new Error("Cannot run test: no database was opened before it");
    await shared.empty();
    const sessions: Session[] = [];
    try {
      await test(givenOn(shared, sessions));
    } finally {
      await Promise.all(sessions.map(({ sql }) => sql.end({ timeout: 1 })));
    }
  };
}

function givenOn({ sql, db, openSession, empty }: SharedDatabase, sessions: Session[]): Given {
  async function aProject(options?: JobOptions): Promise<string> {
    return (await createProject(db, jobOf(options))).project_id;
  }

  async function claimIn(projectId: string): Promise<StepWork[]> {
    return (await claim(db)).filter((work) => work.project_id === projectId);
  }

  async function aClaimedClip(options?: JobOptions): Promise<StepWork> {
    return first(await claimIn(await aProject(options)));
  }

  async function aFilmInStitching(options?: JobOptions): Promise<string> {
    const projectId = await aProject(options);
    for (;;) {
      const [{ status } = { status: "gone" }] = await sql<{ status: string }[]>`
        select status from public.projects where project_id = ${projectId}`;
      if (status === "stitching") return projectId;
      for (const work of await claimIn(projectId)) await pass(db, work);
    }
  }

  return {
    sql,
    db,
    empty,
    async openSession() {
      const session = await openSession();
      sessions.push(session);
      return session;
    },
    aProject,
    aClaimedClip,
    async aSubmittedClip(options) {
      const work = await aClaimedClip(options);
      await submit(db, work);
      return work;
    },
    aFilmInStitching,
    async aFilmToStore(options) {
      const projectId = await aFilmInStitching(options);
      for (const work of await claimIn(projectId)) await pass(db, work);
      return first(await claimIn(projectId));
    },
  };
}

async function pass(db: Database, work: StepWork): Promise<void> {
  await submit(db, work);
  await callback(db, work);
}

function first(works: StepWork[]): StepWork {
  const [work] = works;
  if (!work) throw new Error("Cannot begin test: there is nothing to claim");
  return work;
}
