import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { Check } from "./main.ts";
import { isTooWide, seriousFaults, shoot, until } from "./look.ts";
import { signIn } from "./world.ts";

/** Views load in parts: each has a bar of its own meanwhile. */
async function hasLoaded(page: Page): Promise<void> {
  await until(page, "document.querySelectorAll('.loading').length === 0");
}

const VIEWS = ["films", "callbacks", "deliveries", "errors", "sources", "health"];

export const PEOPLE_CHECKS: [name: string, check: Check][] = [
  ["axe finds nothing serious in any view, light or dark", async ({ visit, key, stack }) => {
    const [film] = await stack.sql`
      select project_id as id from public.projects where video_id = 'bay'`;
    const [callback] = await stack.sql`
      select webhook_log_id as id from public.webhook_logs where source = 'crm' limit 1`;
    const faults: string[] = [];
    for (const dark of [false, true]) {
      const page = await visit({ dark });
      const look = async (view: string) => {
        const found = await seriousFaults(page);
        faults.push(...found.map((fault) => `${view}, ${dark ? "dark" : "light"}: ${fault}`));
      };
      await page.getByLabel("Operator key").waitFor();
      await look("sign-in");
      await signIn(page, key);
      for (const view of [...VIEWS, `films/${film?.id}`, `callbacks/${callback?.id}`]) {
        await page.goto(`${stack.apiUrl}/console/#/${view}`);
        await page.locator("main h1").waitFor();
        await hasLoaded(page);
        await look(view);
        const name = view.split("/").length > 1 ? `${view.split("/")[0]}-one` : view;
        await shoot(page, `${name}-${dark ? "dark" : "light"}`, {
          whole: view.includes("/") || view === "health",
        });
      }
      await page.context().close();
    }
    assert.deepEqual(faults, []);
  }],

  ["on a phone nothing is cut off, and nothing has to be moved to at the side", async (world) => {
    const { visit, key, stack } = world;
    const [film] = await stack.sql`
      select project_id as id from public.projects where video_id = 'bay'`;
    const page = await visit({ width: 390, height: 844 });
    await signIn(page, key);
    const wide: string[] = [];
    for (const view of [...VIEWS, `films/${film?.id}`]) {
      await page.goto(`${stack.apiUrl}/console/#/${view}`);
      await page.locator("main h1").waitFor();
      await hasLoaded(page);
      if (await isTooWide(page)) wide.push(view);
      await shoot(page, `phone-${view.includes("/") ? "film" : view}`);
    }
    wide.push(...(await seriousFaults(page)));
    await page.context().close();
    assert.deepEqual(wide, []);
  }],

  ["all of it is reached by keyboard alone", async ({ visit, key }) => {
    const page = await visit();
    const active = "document.activeElement";
    await page.getByLabel("Operator key").waitFor();
    await until(page, `${active}.name === 'key'`);
    await page.keyboard.type(key);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Films", level: 1 }).waitFor();

    const tabTo = async (words: RegExp) => {
      for (let i = 0; i < 60; i++) {
        await page.keyboard.press("Tab");
        const text = await page.evaluate(`${active}.textContent + (${active}.ariaLabel ?? '')`);
        if (words.test(`${text}`)) return;
      }
      assert.fail(`Tab never came to ${words}`);
    };
    await tabTo(/^Skip to the content/);
    await tabTo(/^A bay from first light/);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /A bay from first light/ }).waitFor();
    await until(page, `${active}.tagName === 'MAIN'`);
    await tabTo(/Generate clip, attempt 1/);
    await page.keyboard.press("Enter");
    await page.getByRole("region", { name: "Attempt" }).waitFor();
    await shoot(page, "film-attempt");
    await tabTo(/^Regenerate/);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await until(page, `${active}.textContent === 'Regenerate'`);
    await page.context().close();
  }],

  [
    "no page was stopped by its policy, and none asked a stranger for anything but pictures",
    ({ complaints, asked, stack, auth }) => {
      assert.deepEqual(complaints, []);
      const strangers = asked.filter(({ url, kind }) =>
        ["script", "stylesheet", "font", "fetch", "xhr"].includes(kind) &&
        !url.startsWith(stack.apiUrl) && !url.startsWith(auth.url)
      );
      assert.deepEqual(strangers, []);
      return Promise.resolve(`${asked.length} requests looked at`);
    },
  ],
];
