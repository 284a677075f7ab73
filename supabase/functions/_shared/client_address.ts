/**
 * The address that a request came from, as the platform saw it. Supabase's edge overwrites
 * `cf-connecting-ip`, whereas it only appends to a sender's own `x-forwarded-for`: of that one only
 * the last entry is somebody else's word.
 */
export function clientAddress(headers: Headers): string {
  return headers.get("cf-connecting-ip") ?? headers.get("x-real-ip") ??
    headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() ?? "unknown";
}
