import assert from "node:assert/strict";
import type fc from "fast-check";
import type { StepWork } from "../functions/_shared/transitions/steps.ts";
import type { Given } from "./given.ts";
import { brokenInvariants } from "./look.ts";
import { type Change, wrongChanges } from "./machine_rules.ts";
import { type MachineState, observe } from "./machine_state.ts";

/** What whoever watches from outside knows: the runners' memory, and the provider's account. */
export type Model = {
  /** All that was ever handed out, in order. */
  works: StepWork[];
  /** Claims, each a step and its token, under which an announcement was answered with yes. */
  announced: Set<string>;
  /** Claims whose runner has made its call, or given it up. */
  spent: Set<string>;
  /** Attempts whose call the provider took, by their step. */
  taken: Map<string, Set<string>>;
  /** Attempts that the provider itself said came to nothing. */
  refused: Set<string>;
  /** As the last command left it; nobody else does anything to it. */
  seen: MachineState | null;
};

export function emptyModel(): Model {
  return {
    works: [],
    announced: new Set(),
    spent: new Set(),
    taken: new Map(),
    refused: new Set(),
    seen: null,
  };
}

/** Does it, checks what was answered, and says what alone may have changed. */
export type Deed = (model: Model, given: Given, before: MachineState) => Promise<Change>;

/** A command that looks at the machine before and after, and at its invariants. */
export class Command implements fc.AsyncCommand<Model, Given> {
  constructor(
    readonly name: string,
    readonly deed: Deed,
    readonly needsWork: boolean = true,
  ) {}

  check({ works }: Readonly<Model>): boolean {
    return !this.needsWork || works.length > 0;
  }

  async run(model: Model, given: Given): Promise<void> {
    const before = model.seen ?? await observe(given.sql);
    const change = await this.deed(model, given, before);
    const [after, broken] = await Promise.all([observe(given.sql), brokenInvariants(given.sql)]);
    model.seen = after;

    assert.deepEqual(wrongChanges(before, after, change), [], this.name);
    assert.deepEqual(broken, [], this.name);
    assert.deepEqual(paidTwice(model), [], this.name);
  }

  toString(): string {
    return this.name;
  }
}

/** Steps whose work the provider took twice, though it had not said that the first came to nothing. */
export function paidTwice({ taken, refused }: Model): string[] {
  return [...taken].filter(([, attempts]) => attempts.difference(refused).size > 1)
    .map(([stepId]) => stepId);
}

export function pick({ works }: Model, which: number): StepWork {
  const work = works[which % works.length];
  if (!work) throw new Error("Cannot pick work: none was handed out");
  return work;
}
