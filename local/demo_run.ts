import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { orderFilm } from "./demo_film.ts";
import { checkFinish, type Finish, finishJob, saveCaptions } from "./demo_finish.ts";
import { demoJob, type Kind, SCENES } from "./demo_job.ts";
import type { DemoProgress } from "./demo_progress.ts";
import {
  billOf,
  cutsOf,
  dollars,
  promptJob,
  revisedJob,
  rounded,
  WRITTEN_SECONDS,
} from "./demo_story.ts";
import { checkFilm } from "./film_check.ts";
import type { Cast } from "./outside.ts";
import { startChatApp } from "./simulators/chat_app.ts";
import { startStack } from "./stack.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

export type DemoOptions = {
  kind: Kind;
  providers: Cast;
  finish: Finish;
  seconds: number;
  prompt: string | undefined;
  revise: number | null;
  out: string;
  signal: AbortSignal;
  progress: DemoProgress;
};

/** Makes the demo's film and returns its report. Leaves nothing running, whatever happens. */
export async function runDemo(
  { kind, providers, finish, seconds: asked, prompt, revise, out, signal, progress }: DemoOptions,
) {
  const began = performance.now();
  await using cleanup = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "reelay-demo-" });
  cleanup.defer(() => Deno.remove(folder, { recursive: true }));
  progress.say("Starting the stack");
  const stack = await startStack({ apiPort: 0, dbPort: 0, providers });
  cleanup.defer(() => stack.stop());
  signal.throwIfAborted();
  const chat = await startChatApp({ signingSecret: setting(stack.env, "CALLBACK_SIGNING_SECRET") });
  cleanup.defer(() => chat.stop());

  const serve = (path: string) => chat.serveImage(path);
  const seconds = prompt === undefined ? asked : WRITTEN_SECONDS;
  let job = await finishJob(
    prompt === undefined
      ? await demoJob({ kind, seconds, folder, serve })
      : await promptJob({ prompt, folder, serve }),
    finish,
    { cast: providers, folder, serve },
  );
  const order = () =>
    orderFilm({
      apiUrl: stack.apiUrl,
      secret: setting(stack.env, "WEBHOOK_SECRET"),
      job,
      chat,
      watch: (task) => progress.show(task),
      signal,
    });
  progress.say(
    prompt === undefined
      ? `Posting a job of ${SCENES.length} scenes, ${seconds} s each, to ${stack.apiUrl}`
      : `Posting a job of one prompt to ${stack.apiUrl}`,
  );
  let { task, filmUrl } = await order();
  if (task.storyboard) {
    const { by, title } = task.storyboard;
    progress.say(`Storyboard by the ${by}: ${title ?? ""}`);
    for (const { position, prompt } of task.scenes) progress.say(`  ${position}. ${prompt}`);
  }
  const { estimated_cost_usd: estimate, cost_usd: cost } = task;
  if (typeof estimate === "number") {
    progress.say(`Estimated at ${dollars(estimate)}, it cost ${dollars(cost)}`);
  }
  let revision = null;
  if (revise !== null) {
    const [before, whole] = [await billOf(stack), task.estimated_cost_usd];
    job = revisedJob(job, { task, scene: revise, seconds });
    progress.say(`Posting it again, with other words for scene ${revise}`);
    ({ task, filmUrl } = await order());
    const after = await billOf(stack);
    const usd = after.usd === null || before.usd === null ? null : rounded(after.usd - before.usd);
    const made = after.clips - before.clips;
    progress.say(
      `Made anew: ${made} of ${task.scenes.length} clips; the others are the first film's`,
    );
    progress.say(`It would have cost ${dollars(whole)} and did cost ${dollars(usd)}`);
    revision = { scene: revise, clips_made: made, whole_usd: whole ?? null, cost_usd: usd };
  }
  progress.say("The callback came and its signature is right");

  const film = resolve(ROOT, out);
  await Deno.mkdir(dirname(film), { recursive: true });
  await download(filmUrl, film, signal);
  const clips: string[] = [];
  for (const { position, video_url } of task.scenes) {
    const clip = `${folder}/${position}.mp4`;
    await download(video_url ?? "", clip, signal);
    clips.push(clip);
  }
  const report = await checkFilm({
    ...{ film, clips, seconds },
    cuts: cutsOf(task),
    isCaptioned: job.captions === "burn",
  });
  for (const [n, seam] of report.seams.entries()) {
    const likeness = `SSIM ${seam.clips} between the clips, ${seam.film} in the film`;
    progress.say(`Seam of scenes ${n + 1} and ${n + 2}: ${likeness}`);
  }
  for (const [n, likeness] of report.motions.entries()) {
    progress.say(`Scene ${n + 1}: SSIM ${likeness} between its first and last frame`);
  }
  report.problems.push(...await checkFinish(film, finish, { scenes: clips.length, seconds }));
  if (finish.captions) {
    const files = await saveCaptions(
      task.captions,
      film,
      (url, path) => download(url, path, signal),
    );
    progress.say(`Captions: ${files.join(", ")}`);
  }
  if (report.problems.length > 0) throw new Error(report.problems.join("; "));
  return {
    film: out,
    scenes: clips.length,
    duration_s: report.duration,
    wall_s: Math.round((performance.now() - began) / 100) / 10,
    callback_verified: true,
    ...(revision && { revision }),
  };
}

async function download(url: string, path: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { signal });
  if (!response.ok || !response.body) {
    await response.body?.cancel();
    throw new Error(`Cannot download ${url}: it answered ${response.status}`);
  }
  await Deno.writeFile(path, response.body);
}

function setting(env: Record<string, string>, name: string): string {
  const value = env[name];
  if (!value) throw new Error(`Cannot run the demo: the stack has no ${name}`);
  return value;
}
