export type Page<T> = { docs: T[]; next: string | null };

/** A console that stays open for days at a busy list shows no more than this. */
const MOST_SHOWN = 2000;

/**
 * A list, the newest first, whose first page is another one by now: what it has pushed out at its end
 * stays. What lies between the two, where they do not touch, nobody has read: the first page stands alone.
 */
export function joinPages<T>(
  first: Page<T>,
  known: Page<T> | null,
  idOf: (doc: T) => string,
): Page<T> {
  const last = first.docs.at(-1);
  const newest = known?.docs[0];
  if (first.next === null || known === null) return first;
  // Where a search has found nothing on its first page, what it found further back stays.
  if (last === undefined) return known;
  // A search looks on behind the last one that it found: nothing lies unread between the two.
  const isFull = idOf(last) === first.next;
  if (newest === undefined) return isFull ? first : { ...first, next: known.next };
  if (isFull && isBehind(idOf(newest), idOf(last))) return first;

  const docs = [...first.docs, ...known.docs.filter((doc) => isBehind(idOf(doc), idOf(last)))];
  const end = docs[MOST_SHOWN - 1];
  return docs.length <= MOST_SHOWN || end === undefined
    ? { docs, next: known.next }
    : { docs: docs.slice(0, MOST_SHOWN), next: idOf(end) };
}

/** Ids are in order of time: numbers by what they are worth, others are of one length. */
function isBehind(id: string, other: string): boolean {
  return id.length === other.length ? id < other : id.length < other.length;
}
