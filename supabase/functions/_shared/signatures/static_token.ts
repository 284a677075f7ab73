import { equal } from "../constant_time.ts";

/** A header that is the secret itself (GitLab's `X-Gitlab-Token`): it vouches for no body. */
export function isToken(given: string | null, secrets: readonly string[]): boolean {
  if (given === null || given === "") return false;
  return secrets.some((secret) => equal(given, secret));
}
