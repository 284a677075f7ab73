import axe from "axe-core";
import { basename, join } from "node:path";
import type { Page } from "playwright-core";
import { z } from "zod";
import { runFfmpeg } from "../../local/simulators/ffmpeg.ts";

const FOLDER = join(import.meta.dirname ?? ".", "../screenshots");
const Result = z.object({
  violations: z.array(z.object({
    id: z.string(),
    impact: z.string().nullish(),
    help: z.string(),
    nodes: z.array(z.object({ html: z.string() })),
  })),
});

/** What axe finds serious or critical on the page as it is now. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found: unknown = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
  return Result.parse(found).violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html.slice(0, 160)}`);
}

/** Nothing is cut off or has to be moved to at the side. */
export async function isTooWide(page: Page): Promise<boolean> {
  return z.boolean().parse(
    await page.evaluate("document.scrollingElement.scrollWidth > innerWidth + 1"),
  );
}

const PLAYERS_AT_REST = `[...document.querySelectorAll("video")].every((video) =>
  video.error || video.networkState !== HTMLMediaElement.NETWORK_LOADING || video.readyState > 2)`;

/** Of a player's wheel, once there is nothing to wait for; nothing on the page tells of its end. */
const LAST_TURN_MS = 1500;

/** Keeps a picture of the page for people to look at, in few colours: they are kept in git. */
export async function shoot(
  page: Page,
  name: string,
  { whole = false }: { whole?: boolean } = {},
): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const raw = await Deno.makeTempFile({ suffix: ".png" });
  try {
    const size = page.viewportSize();
    // As high as the page: what sticks to the window's edges is drawn along all of it then.
    if (whole && size) {
      const height = z.number().parse(
        await page.evaluate("document.scrollingElement.scrollHeight"),
      );
      await page.setViewportSize({ ...size, height: Math.max(size.height, height) });
    }
    // No row is lit by a pointer that nobody sees, and no player turns its wheel.
    await page.mouse.move(0, 0);
    await until(page, PLAYERS_AT_REST);
    if (await page.locator("video").count() > 0) await page.waitForTimeout(LAST_TURN_MS);
    await page.screenshot({ path: raw, animations: "disabled" });
    if (whole && size) await page.setViewportSize(size);
    const palette =
      "split[a][b];[a]palettegen=max_colors=200:stats_mode=full[p];[b][p]paletteuse=dither=none";
    await runFfmpeg([
      "-i",
      raw,
      "-vf",
      palette,
      "-compression_level",
      "9",
      join(FOLDER, `${basename(name)}.png`),
    ]);
  } finally {
    await Deno.remove(raw);
  }
}

const PATIENCE_MS = 30_000;

/**
 * Resolves once an expression is true on the page. Playwright's own waiting evaluates in the page,
 * which its policy forbids.
 */
export async function until(page: Page, expression: string): Promise<void> {
  for (const began = performance.now(); performance.now() - began < PATIENCE_MS;) {
    if (await page.evaluate(expression) === true) return;
    await page.waitForTimeout(50);
  }
  throw new Error(`It never came true: ${expression}`);
}
