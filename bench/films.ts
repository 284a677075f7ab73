import { parseArgs } from "node:util";
import { orderFilm } from "../local/demo_film.ts";
import { type Cast, readCast } from "../local/outside.ts";
import { startChatApp } from "../local/simulators/chat_app.ts";
import { makePicture } from "../local/simulators/picture.ts";
import { probe } from "../local/simulators/probe.ts";
import { type Stack, startStack } from "../local/stack.ts";
import { readWhole } from "../tools/read_whole.ts";

const HELP =
  `deno task bench films [--scenes N [--cut]] [--providers fal|services|mixed] [--timeout S]

One long film of small pictures on a fresh pocket stack: every clip is made, every frame taken, all
of them joined and the film's length checked. Without --scenes two films: 100 cuts, 30 chained.

  --scenes     how many, each of one clip of 5 seconds
  --cut        each starts afresh, so that they may be made side by side; else each continues the one
               before
  --providers  fal (default), services or mixed
  --timeout    seconds after which it gives up, 600`;

const CLIP_SECONDS = 5;
const TOLERANCE_SECONDS = 0.5;

type Film = { scenes: number; cut: boolean };

/** Prints a line for each film; throws where one does not end as it should. */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: "boolean", default: false },
      scenes: { type: "string" },
      cut: { type: "boolean", default: false },
      providers: { type: "string", default: "fal" },
      timeout: { type: "string", default: "600" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const films = values.scenes === undefined
    ? [{ scenes: 100, cut: true }, { scenes: 30, cut: false }]
    : [{ scenes: readWhole("--scenes", values.scenes), cut: values.cut }];
  const providers = readCast(values.providers);
  const timeoutMs = readWhole("--timeout", values.timeout) * 1000;

  console.log("scenes  kind     providers  wall s  film s  clips paid  frames  rings");
  for (const film of films) console.log(await measure(film, { providers, timeoutMs }));
}

async function measure(
  { scenes, cut }: Film,
  { providers, timeoutMs }: { providers: Cast; timeoutMs: number },
): Promise<string> {
  await using cleanup = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "reelay-bench-" });
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  const small = { shortSide: 64 };
  const stack = await startStack({
    apiPort: 0,
    dbPort: 0,
    providers,
    fal: small,
    services: small,
  });
  cleanup.defer(() => stack.stop());
  const chat = await startChatApp({ signingSecret: stack.env.CALLBACK_SIGNING_SECRET ?? "" });
  cleanup.defer(() => chat.stop());
  await makePicture({ path: `${folder}/image.png`, words: "films" });

  const began = performance.now();
  const { filmUrl } = await orderFilm({
    apiUrl: stack.apiUrl,
    secret: stack.env.WEBHOOK_SECRET ?? "",
    job: {
      video_id: "bench",
      user_id: "bench",
      image_url: chat.serveImage(`${folder}/image.png`),
      scenes: Array.from({ length: scenes }, (_, n) => ({
        prompt: `scene ${n + 1}`,
        continuity: cut ? "cut" : "last_frame",
      })),
    },
    chat,
    watch: () => {},
    signal: AbortSignal.timeout(timeoutMs),
  });
  const wall = (performance.now() - began) / 1000;

  await Deno.writeFile(`${folder}/film.mp4`, new Uint8Array(await bytesOf(filmUrl)));
  const { duration } = await probe(`${folder}/film.mp4`);
  const counts = await count(stack);
  check({ scenes, cut }, { ...counts, duration });
  return [
    `${scenes}`.padEnd(7),
    (cut ? "cut" : "chained").padEnd(8),
    providers.padEnd(10),
    wall.toFixed(1).padStart(6),
    duration.toFixed(1).padStart(7),
    `${counts.paid}`.padStart(11),
    `${counts.frames}`.padStart(7),
    `${counts.rings}`.padStart(6),
  ].join(" ");
}

async function bytesOf(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`Cannot read film: it answered ${response.status}`);
  return await response.arrayBuffer();
}

type Counts = { paid: number; frames: number; rings: number; broken: number };

async function count({ sql }: Stack): Promise<Counts> {
  const [row] = await sql`
    select
      (select count(*)::int from private.attempts join private.steps using (step_id)
        where steps.kind = 'generate_clip') as paid,
      (select count(*)::int from private.steps where kind = 'extract_last_frame') as frames,
      (select count(*)::int from net._http_response) as rings,
      (select count(*)::int from private.check_invariants()) as broken`;
  return { paid: row?.paid, frames: row?.frames, rings: row?.rings, broken: row?.broken };
}

function check(
  { scenes, cut }: Film,
  { paid, frames, broken, duration }: Counts & { duration: number },
): void {
  const wrong = [
    paid === scenes ? null : `${paid} clips were asked for`,
    frames === (cut ? 0 : scenes - 1) ? null : `${frames} frames were taken`,
    broken === 0 ? null : `${broken} invariants are broken`,
    Math.abs(duration - scenes * CLIP_SECONDS) < TOLERANCE_SECONDS
      ? null
      : `it lasts ${duration} s`,
  ].filter((one) => one !== null);
  if (wrong.length === 0) return;
  throw new Error(`Cannot take film of ${scenes} scenes: ${wrong.join(", ")}`);
}
