/** Sleeps `ms`, or until the signal aborts; leaves no timer behind. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, Math.max(ms, 0));
    signal?.addEventListener("abort", end, { once: true });
    if (signal?.aborted) end();

    function end(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    }
  });
}
