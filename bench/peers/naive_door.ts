import { createClient } from "@supabase/supabase-js";
import { Hono } from "hono";
import { isHexSigned } from "../../supabase/functions/_shared/signatures/hex_hmac.ts";

/*
 * What a first try would be, and the floors of the real doors:
 *
 *   insert   reads JSON, one insert through the client that the doors use
 *   signed   the same, behind an HMAC
 *   verify   an HMAC and an answer, no database
 *
 * deno run -A bench/peers/naive_door.ts <insert|signed|verify>; listens where DENO_SERVE_ADDRESS says.
 */

const [mode = "insert"] = Deno.args;
const secret = Deno.env.get("BENCH_SECRET") ?? "";
const client = createClient(
  Deno.env.get("BENCH_API_URL") ?? "",
  Deno.env.get("BENCH_API_KEY") ?? "",
  { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } },
);

const app = new Hono();
app.post("*", async (c) => {
  const body = new Uint8Array(await c.req.arrayBuffer());
  const signature = c.req.header("x-webhook-signature") ?? null;
  if (mode !== "insert" && !isHexSigned(signature, body, [secret])) {
    return c.json({ error: "Invalid signature" }, 401);
  }
  if (mode === "verify") return c.json({ received: true });

  const { error } = await client.rpc("bench_insert", {
    p_row: JSON.parse(new TextDecoder().decode(body)),
  });
  return error ? c.json({ error: "Failed" }, 500) : c.json({ received: true }, 202);
});
Deno.serve(app.fetch);
