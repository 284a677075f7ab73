/** How a key is sent: an operator's as `apikey`, a user's token as Bearer. */
export type Key = { kind: "operator" | "token"; value: string };

export type ReadKey = { key: Key } | { refused: string };

const SECRET_KEY = "This is the project's secret key. It opens the whole database and must never " +
  "be in a browser: use OPERATOR_KEY, or sign in as an admin.";

/**
 * Reads what somebody pasted. The project's own keys are refused before they go anywhere: secret
 * keys by their form, a service_role token by what it says.
 */
export function readKey(pasted: string): ReadKey {
  const value = pasted.trim().replace(/^Bearer\s+/i, "");
  if (value === "") return { refused: "Paste OPERATOR_KEY, or an admin's token" };
  if (/^(sb_secret_|sbp_)/.test(value)) return { refused: SECRET_KEY };
  if (/^sb_publishable_/.test(value)) {
    return { refused: "This is the publishable key, which opens nothing here" };
  }
  // A header can carry no more than this.
  if (!/^[\x21-\x7e]+$/.test(value)) {
    return { refused: "A key has no spaces and no special characters" };
  }
  const claims = tokenClaims(value);
  if (claims === null) return { key: { kind: "operator", value } };
  if (claims.role === "service_role" || claims.role === "supabase_admin") {
    return { refused: SECRET_KEY };
  }
  if (claims.role === "anon") return { refused: "This is the anon key, which opens nothing here" };
  return { key: { kind: "token", value } };
}

/** Null for what is no JWT. The signature is the door's business. */
function tokenClaims(value: string): { role: unknown } | null {
  const parts = value.split(".");
  if (parts.length !== 3) return null;
  try {
    const text = atob((parts[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"));
    const claims: unknown = JSON.parse(text);
    if (typeof claims !== "object" || claims === null) return null;
    return { role: "role" in claims ? claims.role : undefined };
  } catch {
    return null;
  }
}
