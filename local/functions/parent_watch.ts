/*
 * Runs in a function's process before its index.ts: ends the process when the one that started it
 * is gone, even by SIGKILL. The timer keeps nothing alive, so that index.ts runs as if alone.
 */

const LOOK_EVERY_MS = 200;
const parent = Number(Deno.env.get("REELAY_PARENT_PID"));

Deno.unrefTimer(setInterval(() => {
  if (Deno.ppid !== parent) Deno.exit(1);
}, LOOK_EVERY_MS));
