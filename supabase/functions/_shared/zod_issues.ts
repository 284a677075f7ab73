import type { ZodError } from "zod";
import type { Issue } from "./errors.ts";

const MOST_ISSUES = 20;

/** Says a parse failure as paths and sentences. */
export function zodIssues(error: ZodError): Issue[] {
  return error.issues.slice(0, MOST_ISSUES).map(({ path, message }) => ({
    path: path.join("."),
    message,
  }));
}
