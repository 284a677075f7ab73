/** How much goes out together. */
export type CollectLimits<Item> = {
  mostItems: number;
  /** Of all items of a call together; one item may be larger. */
  mostSize: number;
  sizeOf: (item: Item) => number;
  /** Calls under way at a time. */
  atOnce: number;
  /** So many that wait go out beside a call that is under way; so does everybody while it is slow. */
  enough: number;
  slowMs: number;
  /** More do not wait, and nobody longer than this: they are refused. */
  mostWaiting: number;
  patienceMs: number;
  refuse: () => Error;
  now: () => number;
  /** Sleeps `ms`, or until the signal aborts. */
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
};

type Waiting<Item, Answer> = {
  item: Item;
  since: number;
  resolve: (answer: PromiseLike<Answer>) => void;
  reject: (error: unknown) => void;
};

/**
 * Makes one call of many that come while another is under way. A lone one goes out at once and alone,
 * so that nobody waits for company. In the order in which they came.
 *
 * @param call answers each item by a promise of its own; what it throws, each of its items gets
 */
export function collectCalls<Item, Answer>(
  call: (items: Item[]) => Promise<PromiseLike<Answer>[]>,
  limits: CollectLimits<Item>,
): (item: Item) => Promise<Answer> {
  const { mostItems, mostSize, sizeOf, atOnce, enough, slowMs, now } = limits;
  let waiting: Waiting<Item, Answer>[] = [];
  let underWay = 0;
  let lastSentAt = 0;
  let watch: AbortController | null = null;

  function sendWhatMay(): void {
    refuseWhoWaitedTooLong();
    while (waiting.length > 0 && (underWay === 0 || underWay < atOnce && isUrgent())) send();
    if (waiting.length > 0) watchSlowCall();
    // With a reason: making the usual one, an error with its stack, costs more than all of this.
    else watch?.abort(null);
  }

  /** Nobody may come after those that wait, and look for them. */
  async function watchSlowCall(): Promise<void> {
    if (watch !== null) return;
    watch = new AbortController();
    await limits.pause(slowMs, watch.signal);
    watch = null;
    sendWhatMay();
  }

  function refuseWhoWaitedTooLong(): void {
    while (waiting[0] !== undefined && now() - waiting[0].since > limits.patienceMs) {
      waiting.shift()?.reject(limits.refuse());
    }
  }

  function isUrgent(): boolean {
    return waiting.length >= enough || now() - lastSentAt >= slowMs;
  }

  async function send(): Promise<void> {
    const taken = take();
    underWay++;
    lastSentAt = now();
    try {
      const answers = await call(taken.map(({ item }) => item));
      taken.forEach(({ resolve, reject }, i) => {
        const answer = answers[i];
        if (answer === undefined) reject(new Error("Cannot answer: the call left it out"));
        else resolve(answer);
      });
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
    underWay--;
    sendWhatMay();
  }

  /** As many of those that wait as one call takes; at least one. */
  function take(): Waiting<Item, Answer>[] {
    let count = 0;
    let size = 0;
    for (const { item } of waiting.slice(0, mostItems)) {
      size += sizeOf(item);
      if (count > 0 && size > mostSize) break;
      count++;
    }
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  }

  return (item) => {
    if (waiting.length >= limits.mostWaiting) return Promise.reject(limits.refuse());
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    waiting.push({ item, since: now(), resolve, reject });
    sendWhatMay();
    return promise;
  };
}
