import { readArguments } from "../../tools/usage.ts";
import { FILM_CHECKS } from "./checks_films.ts";
import { LARGE_CHECKS } from "./checks_large.ts";
import { LIVE_CHECKS } from "./checks_live.ts";
import { MESSAGE_CHECKS } from "./checks_messages.ts";
import { PEOPLE_CHECKS } from "./checks_people.ts";
import { RECEIVER_CHECKS } from "./checks_receivers.ts";
import { SIGN_IN_CHECKS } from "./checks_sign_in.ts";
import { openWorld, type World } from "./world.ts";

const USAGE = `deno task test:console [--large] [--only WORDS]

Goes through the console as people do, in the Chromium of this machine (CHROMIUM names another one)
on a stack of its own: sign-in by key and as an admin, a film that grows live, a broken callback that is replayed, a cancel,
an approval, standing endpoints, dark mode, a phone, keyboard alone, axe. Pictures of it land in console/screenshots/.

  --large       with 10,000 films and 1,000,000 callbacks as well (some minutes)
  --only WORDS  only the checks with these words in their name; what they need of others is missing

The last line is "N passed, N failed".`;

/** Throws where it does not hold; may return a figure worth telling. */
export type Check = (world: World) => Promise<string | void>;

if (import.meta.main) {
  try {
    Deno.exit(await run() === 0 ? 0 : 1);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}

async function run(): Promise<number> {
  const { values: { large, only: words } } = readArguments(USAGE, {
    options: {
      large: { type: "boolean", default: false },
      only: { type: "string", default: "" },
    },
  });
  const checks = [
    ...SIGN_IN_CHECKS,
    ...FILM_CHECKS,
    ...LIVE_CHECKS,
    ...MESSAGE_CHECKS,
    ...RECEIVER_CHECKS,
    ...(large ? LARGE_CHECKS : []),
    ...PEOPLE_CHECKS,
  ].filter(([name]) => name.includes(words));

  console.log("Starting a stack and Chromium ...");
  await using world = await openWorld();
  let failed = 0;
  for (const [name, check] of checks) {
    const began = performance.now();
    try {
      const figure = await check(world);
      const seconds = Math.round((performance.now() - began) / 100) / 10;
      console.log(`ok     ${name}${figure ? `: ${figure}` : ""} (${seconds} s)`);
    } catch (error) {
      failed++;
      console.log(`FAILED ${name}\n       ${error instanceof Error ? error.message : error}`);
    }
  }
  console.log(`\n${checks.length - failed} passed, ${failed} failed`);
  return checks.length === 0 ? 1 : failed;
}
