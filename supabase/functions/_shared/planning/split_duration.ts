/** Seconds of the longest scene that is split into clips. */
export const LONGEST_SCENE = 600;

/**
 * The lengths of the clips that make `seconds` together: as few as can be, the longest first.
 * `first` is what the model of the first clip offers, `next` what the model of those that continue
 * it does. Null where no sum of whole offers is `seconds`.
 */
export function splitDuration(
  seconds: number,
  { first, next }: { first: readonly number[]; next: readonly number[] },
): number[] | null {
  if (!Number.isInteger(seconds) || seconds > LONGEST_SCENE) return null;
  const rest = fewestClips(seconds, longestFirst(next));

  let best: number[] | null = null;
  for (const length of longestFirst(first)) {
    const others = length <= seconds ? rest[seconds - length] : undefined;
    if (others && (best === null || others.length + 1 < best.length)) best = [length, ...others];
  }
  return best;
}

/** For each sum up to `seconds` the clips that make it, undefined where none do. */
function fewestClips(seconds: number, offers: readonly number[]): (number[] | undefined)[] {
  const clips: (number[] | undefined)[] = [[]];
  for (let sum = 1; sum <= seconds; sum++) {
    for (const length of offers) {
      const others = length <= sum ? clips[sum - length] : undefined;
      const known = clips[sum];
      if (others && (!known || others.length + 1 < known.length)) clips[sum] = [length, ...others];
    }
  }
  return clips;
}

function longestFirst(offers: readonly number[]): number[] {
  return offers.filter(Number.isInteger).sort((a, b) => b - a);
}
