import type { Series } from "./case.ts";

/** One of those who are compared. */
export type Contender = {
  name: string;
  /** Does the same amount of work each time; returns its figure. */
  round(): Promise<number>;
};

/**
 * Some rounds each to warm up, then rounds in turn, every other one in the opposite order: what else
 * the machine does falls on all alike.
 */
export async function interleave(
  contenders: readonly Contender[],
  { unit, rounds, warmUps = 1, say }: {
    unit: string;
    rounds: number;
    warmUps?: number;
    say: (line: string) => void;
  },
): Promise<Series[]> {
  const values = new Map(contenders.map(({ name }) => [name, new Array<number>()]));
  say("warming up");
  for (let n = 0; n < warmUps; n++) {
    for (const { round } of contenders) await round();
  }

  for (let n = 0; n < rounds; n++) {
    say(`round ${n + 1} of ${rounds}`);
    for (const { name, round } of n % 2 === 0 ? contenders : contenders.toReversed()) {
      values.get(name)?.push(await round());
    }
  }
  return [...values].map(([name, values]) => ({ name, unit, values }));
}
