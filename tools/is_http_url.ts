/** An address of a host that can be called: `https://<ref>.supabase.co`, and not `https:` alone. */
export function isHttpUrl(text: string): boolean {
  return /^https?:\/\/./.test(text) && URL.canParse(text);
}
