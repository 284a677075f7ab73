import { z } from "zod";
import type { Database } from "../functions/_shared/database.ts";
import { CreatedProject, type Job } from "../functions/_shared/transitions/projects.ts";

/** Several jobs in one call; null for a job that create_project has to be asked about. */
export function createProjects(
  db: Database,
  jobs: object[],
  common: { p_providers?: Job["providers"] } = {},
): Promise<(CreatedProject | null)[]> {
  const args = { p_jobs: jobs, ...common };
  return db.call("create_projects", args, z.array(CreatedProject.nullable()));
}

export const outcomes = (answers: (CreatedProject | null)[]) =>
  answers.map((one) => one?.outcome ?? null);
