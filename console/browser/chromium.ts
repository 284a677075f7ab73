import { type Browser, chromium } from "playwright-core";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Starts the Chromium of this machine. @throws where there is none, with what to do about it */
export async function startChromium(): Promise<Browser> {
  const given = Deno.env.get("CHROMIUM");
  const executablePath = given ?? PLACES.find(isThere);
  if (executablePath === undefined) {
    throw new Error(
      "There is no Chromium on this machine: `apt-get install chromium`, or name one in CHROMIUM",
    );
  }
  // Root cannot have Chromium's sandbox; the pages are our own.
  const args = Deno.uid() === 0 ? ["--no-sandbox"] : [];
  return await chromium.launch({ executablePath, args });
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
