import { createHmac } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { type ChatApp, startChatApp } from "../../local/simulators/chat_app.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { type AuthStandIn, startAuthStandIn } from "./auth_stand_in.ts";
import { startChromium } from "./chromium.ts";
import { paintSea } from "./pictures.ts";

/** A stack, somebody who orders films, and a browser that looks at the console. */
export type World = AsyncDisposable & {
  stack: Stack;
  chat: ChatApp;
  browser: Browser;
  auth: AuthStandIn;
  /** OPERATOR_KEY. */
  key: string;
  /** Addresses of pictures to start from. */
  pictures: Record<string, string>;
  order(job: Record<string, unknown>): Promise<string>;
  /** Posts to a door, signed with this secret; the answer's status. */
  post(path: string, body: unknown, secret: string): Promise<number>;
  /** A new tab of a new visitor at the console, and what its policy refused. */
  visit(options?: { width?: number; height?: number; dark?: boolean }): Promise<Page>;
  /** What pages complained about since the start. */
  complaints: string[];
  /** Every address that pages asked for. */
  asked: { url: string; kind: string }[];
};

/** Sources' secrets of this world. */
export const CRM_SECRET = "the crm's own secret";
const FAR_TOO_LONG = 90_000;

export async function openWorld(): Promise<World> {
  await using started = new AsyncDisposableStack();
  const browser = started.adopt(await startChromium(), (browser) => browser.close());
  const folder = await Deno.makeTempDir({ prefix: "reelay-console-" });
  started.defer(() => Deno.remove(folder, { recursive: true }));
  const auth = started.use(await startAuthStandIn());
  const stack = started.adopt(
    await startStack({
      apiPort: 0,
      dbPort: 0,
      fal: { shortSide: 360, timeScale: 0.01 },
      env: { CRM_SECRET, SUPABASE_JWKS: auth.jwks },
    }),
    (stack) => stack.stop(),
  );
  const chat = started.adopt(
    await startChatApp({ signingSecret: stack.env.CALLBACK_SIGNING_SECRET ?? "" }),
    (chat) => chat.stop(),
  );
  const pictures: Record<string, string> = {};
  for (const mood of ["dawn", "noon", "dusk", "night"]) {
    await paintSea(`${folder}/${mood}.png`, mood);
    pictures[mood] = chat.serveImage(`${folder}/${mood}.png`);
  }

  const complaints: string[] = [];
  const asked: World["asked"] = [];
  const running = started.move();
  async function post(path: string, body: unknown, secret: string): Promise<number> {
    const text = JSON.stringify(body);
    const signature = createHmac("sha256", secret).update(text).digest("hex");
    const answer = await fetch(`${stack.apiUrl}/functions/v1${path}`, {
      method: "POST",
      headers: { "x-webhook-signature": signature },
      body: text,
    });
    await answer.body?.cancel();
    return answer.status;
  }

  return {
    stack,
    chat,
    browser,
    auth,
    key: stack.env.OPERATOR_KEY ?? "",
    pictures,
    complaints,
    asked,
    post,
    async order(job) {
      const status = await post("/webhook", job, stack.env.WEBHOOK_SECRET ?? "");
      if (status !== 202) throw new Error(`Cannot order film: the door answered ${status}`);
      const [row] = await stack.sql<{ id: string }[]>`
        select max(project_id) as id from public.projects`;
      return row?.id ?? "";
    },
    async visit({ width = 1280, height = 860, dark = false } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: dark ? "dark" : "light",
        reducedMotion: "reduce",
      });
      const page = await context.newPage();
      page.setDefaultTimeout(FAR_TOO_LONG);
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("console", (message) => {
        if (/Content Security Policy|TrustedHTML/i.test(message.text())) {
          complaints.push(message.text());
        }
      });
      page.on("request", (it) => asked.push({ url: it.url(), kind: it.resourceType() }));
      await page.goto(`${stack.apiUrl}/console/`);
      return page;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Signs in as an operator does. */
export async function signIn(page: Page, key: string): Promise<void> {
  await page.getByLabel("Operator key").fill(key);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: "Films", level: 1 }).waitFor();
}
