import { createClient } from "@supabase/supabase-js";
import { Hono } from "hono";
import { z } from "zod";
import { connectDatabase } from "../../supabase/functions/_shared/database.ts";
import { isHexSigned } from "../../supabase/functions/_shared/signatures/hex_hmac.ts";

/*
 * What a first try would be, and the floors of the real doors:
 *
 *   insert   reads JSON, one insert through supabase-js
 *   signed   an HMAC, and the same insert through what the doors themselves call the database with: a
 *            floor must not pay for a client library that they do without
 *   verify   an HMAC and an answer, no database
 *
 * deno run -A bench/peers/naive_door.ts <insert|signed|verify>; listens where DENO_SERVE_ADDRESS says.
 */

const [mode = "insert"] = Deno.args;
const secret = Deno.env.get("BENCH_SECRET") ?? "";
const [url, key] = [Deno.env.get("BENCH_API_URL") ?? "", Deno.env.get("BENCH_API_KEY") ?? ""];
const client = createClient(url, key, {
  auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
});
const database = connectDatabase(url, key, { fetch });

const app = new Hono();
app.post("*", async (c) => {
  const body = new Uint8Array(await c.req.arrayBuffer());
  const signature = c.req.header("x-webhook-signature") ?? null;
  if (mode !== "insert" && !isHexSigned(signature, body, [secret])) {
    return c.json({ error: "Invalid signature" }, 401);
  }
  if (mode === "verify") return c.json({ received: true });

  const p_row = JSON.parse(new TextDecoder().decode(body));
  if (mode === "signed") {
    await database.call("bench_insert", { p_row }, z.null());
    return c.json({ received: true }, 202);
  }
  const { error } = await client.rpc("bench_insert", { p_row });
  return error ? c.json({ error: "Failed" }, 500) : c.json({ received: true }, 202);
});
Deno.serve(app.fetch);
