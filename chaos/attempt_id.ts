/** The attempt that a callback URL's token names; empty: none. */
export function attemptIdOf(webhookUrl: string | null): string {
  const token = webhookUrl === null ? null : new URL(webhookUrl).searchParams.get("token");
  return token?.split(".")[0] ?? "";
}
