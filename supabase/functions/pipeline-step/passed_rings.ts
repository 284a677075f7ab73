export type PassedRings = {
  /** A ring found no room for a run of its own: one of those that listen looks in its place. */
  pass: () => void;
  /** Has `look` called once, for the next ring that is passed; returns what ends that. */
  hear: (look: () => void) => () => void;
};

/**
 * Rings for which an isolate has no room, though its runs have free slots and wait for long pieces. One
 * that comes while nobody listens is kept for who listens next: it may have claimed just before that ring.
 */
export function createPassedRings(): PassedRings {
  const listening = new Set<() => void>();
  let isUnheard = false;

  function tellOne(): void {
    const [hear] = listening;
    if (hear === undefined) return;
    listening.delete(hear);
    isUnheard = false;
    hear();
  }

  return {
    pass() {
      isUnheard = true;
      tellOne();
    },
    hear(look) {
      const own = () => look();
      listening.add(own);
      if (isUnheard) tellOne();
      return () => listening.delete(own);
    },
  };
}
