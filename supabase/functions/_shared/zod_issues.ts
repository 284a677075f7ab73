import type { ZodError } from "zod";
import type { Issue } from "./errors.ts";

const MOST_ISSUES = 20;

/**
 * Says a parse failure as paths and sentences. Of a value of the wrong kind it says that alone: zod goes
 * on to count the characters of a text that should have been a list.
 */
export function zodIssues({ issues }: ZodError): Issue[] {
  const paths = issues.map(({ path }) => path.join("."));
  const ofWrongKind = new Map(
    issues.flatMap(({ code }, i) => code === "invalid_type" ? [[paths[i], i]] : []),
  );
  return issues
    .map(({ message }, i) => ({ path: paths[i] ?? "", message }))
    .filter(({ path }, i) => (ofWrongKind.get(path) ?? i) === i)
    .slice(0, MOST_ISSUES);
}
