/**
 * Runs `work` with a signal that aborts after `ms` milliseconds: one deadline over everything that
 * `work` waits for. Unlike `AbortSignal.timeout` it leaves no timer behind.
 */
export async function withDeadline<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`No end after ${ms} ms`, "TimeoutError"));
  }, ms);

  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * As `work`, for what no signal ends: it is left to itself after `ms` milliseconds.
 *
 * @throws a TimeoutError (DOMException)
 */
export function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return withDeadline(ms, (signal) => {
    const { promise: late, reject } = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    return Promise.race([work, late]);
  });
}
