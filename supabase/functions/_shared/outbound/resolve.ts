/** All addresses of a name, those to try first in front; none where there is no such name. */
export type Resolve = (hostname: string, signal: AbortSignal) => Promise<string[]>;

/**
 * Asks the resolver that this machine is set up for. IPv4 comes first: a function's network may have
 * no IPv6, and a dead address costs seconds.
 */
export async function resolveName(hostname: string, signal: AbortSignal): Promise<string[]> {
  const answers = await Promise.all([
    addressesOf(hostname, "A", signal),
    addressesOf(hostname, "AAAA", signal),
  ]);
  return answers.flat();
}

async function addressesOf(
  hostname: string,
  type: "A" | "AAAA",
  signal: AbortSignal,
): Promise<string[]> {
  try {
    return await Deno.resolveDns(hostname, type, { signal });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    // A name may have addresses of one kind only; a resolver that is away is as good as no answer.
    if (error instanceof Error && /PermissionDenied|NotCapable/.test(error.name)) throw error;
    return [];
  }
}
