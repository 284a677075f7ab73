import { sayIssues } from "../errors.ts";
import type { Planning } from "../planning/plan_scenes.ts";
import type { StepProvider, Submitted } from "../provider.ts";
import type { StepWork } from "../transitions/steps.ts";
import { chat, type ChatDeps } from "./chat.ts";
import { firstMessages, type Message, repairMessages, responseFormat } from "./messages.ts";
import { Brief, readWritten } from "./written.ts";

/** How often an answer that cannot be used is sent back. */
const REPAIRS = 2;

type StoryboardDeps = ChatDeps & { planning: Planning };

/**
 * Has scenes written by a language model. It answers at once, and nobody can be asked later what it
 * answered: a call whose answer got lost stays lost.
 */
export function createStoryboardProvider(deps: StoryboardDeps): StepProvider {
  const message = "A language model's answer that got lost cannot be looked up";
  return {
    submit: (work, announce) => write(deps, work, announce),
    ask: () => Promise.resolve({ state: "lost", message }),
    find: () => Promise.resolve({ state: "lost", message }),
    cancel: () =>
      Promise.resolve({
        state: "failed",
        error: { message: "There is nothing to cancel", retryable: false },
      }),
  };
}

async function write(
  deps: StoryboardDeps,
  { attempt }: StepWork,
  announce?: () => Promise<void>,
): Promise<Submitted> {
  const brief = Brief.parse(attempt.input);
  const messages: Message[] = firstMessages(brief);
  let problem = "";

  for (let repairs = 0; repairs <= REPAIRS; repairs++) {
    const said = await chat(deps, messages, responseFormat(brief), {
      // Once: from the first call on, something may have been paid for.
      announce: repairs === 0 ? announce : undefined,
      traceparent: attempt.traceparent,
    });
    if (said.state === "refused") return failed(`The language model refused: ${said.words}`);
    if (said.state === "failed") {
      return { ...said, error: { ...said.error, billed: repairs > 0 } };
    }
    if (said.state === "lost") return said;

    const read = said.isWhole
      ? readWritten(said.text, brief, deps.planning)
      : { issues: [{ path: "", message: "It broke off: fewer or shorter scenes" }] };
    if (!("issues" in read)) {
      const { title, scenes } = read;
      return { state: "completed", output: { by: "model", title, scenes, repairs } };
    }
    problem = sayIssues(read.issues).slice(0, 300);
    messages.push(...repairMessages(said.text, read.issues));
  }
  return failed(`The language model's storyboard cannot be used: ${problem}`);
}

/** It answered, and takes its price for that. */
function failed(message: string): Submitted {
  return { state: "failed", error: { message, retryable: false, billed: true } };
}
