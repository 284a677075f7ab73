export type Fetch = typeof fetch;

/**
 * Runs `use` with a fetch on a connection of its own. When a pooled connection breaks, Deno's fetch
 * sends the request a second time by itself (denoland/deno#32566, in 2.9 also POST), or cannot tell
 * whether the other side had closed it before: neither will do for a call that costs money.
 */
export async function onFreshConnection<T>(
  fetch: Fetch,
  use: (fetch: Fetch) => Promise<T>,
): Promise<T> {
  const client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  try {
    return await use((input, init) => fetch(input, { ...init, client }));
  } finally {
    client.close();
  }
}
