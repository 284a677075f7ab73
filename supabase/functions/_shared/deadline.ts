/**
 * Runs `work` with a signal that aborts after `ms` milliseconds: one deadline over everything that
 * `work` waits for. Unlike `AbortSignal.timeout` it leaves no timer behind.
 */
export async function withDeadline<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(tooLate(ms)), ms);

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
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(tooLate(ms)), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(ms: number): DOMException {
  return new DOMException(`No end after ${ms} ms`, "TimeoutError");
}
