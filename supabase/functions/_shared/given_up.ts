import type { Answer } from "./transitions/steps.ts";

/**
 * A request is given up. What it had made before that is paid for, and told of.
 *
 * @param asked what its provider says became of it, where it had ended already
 */
export function givenUp(asked?: Answer): Answer {
  return {
    state: "completed",
    output: asked?.state === "completed" ? { made: asked.output } : {},
  };
}
