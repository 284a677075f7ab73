import { type Issue, ReelayError } from "./types.ts";

/**
 * What was answered, by its type here.
 *
 * @throws {ReelayError} where it is none of success, or no JSON
 */
export async function readAnswer<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  if (answer.ok) {
    return parse<T>(text) ?? refuse(answer, "no JSON: is this Reelay's address?", null);
  }

  const told = parse<{ error?: string; issues?: Issue[] }>(text);
  const issues = (told?.issues ?? []).map(({ path, message }) => ` (${path}: ${message})`);
  refuse(answer, `${told?.error ?? "no reason given"}${issues.join("")}`, told);
}

function refuse(answer: Response, why: string, told: { issues?: Issue[] } | null): never {
  const seconds = Number(answer.headers.get("retry-after") ?? NaN);
  throw new ReelayError(answer.status, `Reelay answered ${answer.status}: ${why}`, {
    issues: told?.issues,
    answer: told,
    retryAfter: Number.isFinite(seconds) ? seconds : null,
  });
}

/** Null where it is no JSON. */
function parse<T>(text: string): T | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
