/** Numbers that look random and are the same ones for the same seed. */
export type Random = {
  /** From 0 up to 1. */
  fraction(): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
};

/** Mulberry32 (Tommy Ettinger 2017): 32 bits of state are plenty for a schedule. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  function fraction(): number {
    state = (state + 0x6D2B79F5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
  return {
    fraction,
    between: (least, most) => least + Math.floor(fraction() * (most - least + 1)),
    pick: (items) => items[Math.floor(fraction() * items.length)] ?? items[0],
  };
}
