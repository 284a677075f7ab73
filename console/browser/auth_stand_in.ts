import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { z } from "zod";

/** Plays Supabase Auth, which the pocket Supabase does not have: one admin, and one who is none. */
export type AuthStandIn = AsyncDisposable & {
  url: string;
  publishableKey: string;
  /** What functions take for SUPABASE_JWKS. */
  jwks: string;
  /** What browsers were asked to send, without passwords. */
  asked: { apikey: string | null; email: string }[];
};

export const PASSWORD = "correct horse battery staple";
const ROLES: Record<string, string> = { "admin@films.example": "admin", "ada@films.example": "" };

const Credentials = z.object({ email: z.string(), password: z.string() });
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "apikey, content-type",
};

/** https://supabase.com/docs/reference/auth: `POST /auth/v1/token?grant_type=password` */
export async function startAuthStandIn(): Promise<AuthStandIn> {
  const keys = await generateKeyPair("ES256", { extractable: true });
  const publishableKey = "sb_publishable_of_the_stand_in";
  const asked: AuthStandIn["asked"] = [];

  async function answer(request: Request): Promise<Response> {
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: CORS });
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== "/auth/v1/token" || searchParams.get("grant_type") !== "password") {
      return Response.json({ code: 404, msg: "Not found" }, { status: 404, headers: CORS });
    }
    const apikey = request.headers.get("apikey");
    const { email, password } = Credentials.parse(await request.json());
    asked.push({ apikey, email });
    const role = ROLES[email];
    if (apikey !== publishableKey || role === undefined || password !== PASSWORD) {
      const body = {
        code: 400,
        error_code: "invalid_credentials",
        msg: "Invalid login credentials",
      };
      return Response.json(body, { status: 400, headers: CORS });
    }
    const token = await new SignJWT({ app_metadata: role ? { role } : {}, email })
      .setProtectedHeader({ alg: "ES256", kid: "stand-in" })
      .setSubject(email).setAudience("authenticated").setIssuedAt().setExpirationTime("1h")
      .sign(keys.privateKey);
    const granted = { access_token: token, token_type: "bearer", expires_in: 3600 };
    return Response.json(granted, { headers: CORS });
  }

  const jwk = { ...await exportJWK(keys.publicKey), kid: "stand-in", alg: "ES256" };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    publishableKey,
    jwks: JSON.stringify({ keys: [jwk] }),
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
