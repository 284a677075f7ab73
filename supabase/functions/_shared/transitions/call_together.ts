import { collectCalls } from "../collect_calls.ts";
import { type Database, DatabaseError, isAway, mayPassOneByOne } from "../database.ts";
import { pause } from "../pause.ts";

/** Bodies of a call together: what is sent of them is a few times as long. */
const MOST_BYTES = 256 * 1024;
/** A body above this is kept out: it would hold up those that came with it. */
const LARGEST_BODY = 32 * 1024;
const MOST_ITEMS = 64;
/** While one is being written down, the next is read and parsed: more make each of them smaller. */
const CALLS_AT_ONCE = 2;
/** A call's beginning and its commit cost as much as some ten items. */
const ENOUGH_ITEMS = 24;
const SLOW_MS = 250;
/** As patient as a call to the database is; some ten megabytes of bodies. */
const PATIENCE_MS = 20_000;
const MOST_WAITING = 2000;

export type World = { db: Database; now: () => number; sleep?: typeof pause };

export type Call<Item, Answer> = {
  /** The SQL function that takes several, for messages. */
  name: string;
  /** An answer for each, in their order; null for one that has to be sent alone. */
  many: (items: readonly Item[]) => Promise<(Answer | null)[]>;
  alone: (item: Item) => Promise<Answer>;
  /** False for what the database would send back. */
  isPlain: (item: Item) => boolean;
  /** Bytes of its body. */
  sizeOf: (item: Item) => number;
  /** Whether one that nobody came with is sent alone at once. */
  sendsLoneAlone: boolean;
};

/**
 * Items that come while others are being written down go to the database together: a commit is what
 * each of them costs most. One that fails there is tried alone, as is whatever came with it.
 */
export function callTogether<Item, Answer>(
  { name, many, alone, isPlain, sizeOf, sendsLoneAlone }: Call<Item, Answer>,
  { now, sleep = pause }: World,
): (item: Item) => Promise<Answer> {
  /** Null where each of them has to be tried alone: one is bad, or the database takes no several yet. */
  async function callMany(items: readonly Item[]): Promise<(Answer | null)[] | null> {
    try {
      const answers = await many(items);
      return answers.length === items.length ? answers : null;
    } catch (error) {
      if (isAway(error) && !mayPassOneByOne(error)) throw error;
      return null;
    }
  }

  const collected = collectCalls(async (items: Item[]) => {
    const [first] = items;
    if (sendsLoneAlone && first !== undefined && items.length === 1) {
      const answer = alone(first);
      // Those that come meanwhile go together, but not for as long as somebody may hold this one's film.
      const over = new AbortController();
      await Promise.race([Promise.allSettled([answer]), sleep(SLOW_MS, over.signal)]);
      over.abort(null);
      return [answer];
    }
    const answers = await callMany(items);
    return items.map((item, i) => Promise.resolve(answers?.[i] ?? alone(item)));
  }, {
    mostItems: MOST_ITEMS,
    mostSize: MOST_BYTES,
    enough: ENOUGH_ITEMS,
    atOnce: CALLS_AT_ONCE,
    slowMs: SLOW_MS,
    patienceMs: PATIENCE_MS,
    mostWaiting: MOST_WAITING,
    refuse: () => new DatabaseError(`Cannot call ${name}: too many wait for it`, "", true),
    pause: sleep,
    sizeOf,
    now,
  });

  return (item) => isPlain(item) && sizeOf(item) <= LARGEST_BODY ? collected(item) : alone(item);
}
