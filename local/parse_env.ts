import util from "node:util";

// A named import would end an older Deno before it could say anything.
if (typeof util.parseEnv !== "function") {
  console.error(`Cannot run on Deno ${Deno.version.deno}: it takes 2.7 or newer (deno upgrade)`);
  Deno.exit(1);
}

/** Reads the text of a .env file. */
export const parseEnv = util.parseEnv;
