import { type Stack, startStack } from "../local/stack.ts";
import { DURABLE } from "./conditions.ts";
import { migratedData } from "./migrated_data.ts";

/**
 * Hands out whole stacks with durable commits, in which fal makes media once and gives away copies.
 * Whoever opens one disposes of what it got.
 */
export interface Stacks extends AsyncDisposable {
  open(say: (line: string) => void): Promise<AsyncDisposable & { stack: Stack }>;
}

/**
 * @param shared one for all, which lives until the end: a start costs as much as a quick case. What
 * an earlier case left in it are some finished films.
 */
export function createStacks({ shared }: { shared: boolean }): Stacks {
  let own: Promise<Stack> | null = null;
  async function start(say: (line: string) => void): Promise<Stack> {
    say("starting a whole stack");
    const copyOf = await migratedData();
    const fal = { shortSide: 64, media: "canned" } as const;
    return await startStack({ apiPort: 0, dbPort: 0, copyOf, settings: DURABLE, fal });
  }
  return {
    async open(say) {
      const stack = await (shared ? own ??= start(say) : start(say));
      const dispose = shared ? () => Promise.resolve() : () => stack.stop();
      return { stack, [Symbol.asyncDispose]: dispose };
    },
    async [Symbol.asyncDispose]() {
      await (await own)?.stop();
    },
  };
}
