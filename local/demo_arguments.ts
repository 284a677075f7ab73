import { readWhole } from "../tools/read_whole.ts";
import { readArguments as readCommandLine } from "../tools/usage.ts";
import { FINISH_HELP, FINISH_OPTIONS } from "./demo_finish.ts";
import { readKind, SCENES } from "./demo_job.ts";
import { readCast } from "./outside.ts";

export const HELP =
  `deno task demo [--kind image|text|motion] [--providers fal|services|mixed|studio]
    [--seconds-per-scene 5|10] [--prompt WORDS] [--revise SCENE] [--voice] [--music] [--captions]
    [--out out/demo.mp4] [--timeout 170]

Makes one film of three scenes on a fresh pocket stack: posts a signed job, shows how it gets on,
takes and verifies the callback, saves the film and checks it. The last line of stdout is JSON.

  --kind               image: clips from a picture (default). text: the first one from words alone.
                       motion: a picture that moves as a driver video does
  --providers          fal does all the work (default), services do (no fal at all), mixed: a frame
                       service, and fal for the rest, or studio: fal, and a stitch service
${FINISH_HELP}
  --seconds-per-scene  what the default model offers: 5 (default) or 10
  --prompt             one prompt and a square picture instead of scenes: a language model writes the
                       storyboard, and the picture is brought to the film's shape
  --revise             makes a second version, with other words for this scene, and says what it
                       would have cost and did, by the bill of a fal that does all the work
  --out                where the film goes, from the project's folder
  --timeout            seconds after which the demo gives up; twice as many with --revise`;

/** Seconds for one film. */
const USUAL_TIMEOUT = 170;

/** @throws where an option cannot be taken */
export function readArguments() {
  const { values } = readCommandLine(HELP, {
    options: {
      ...FINISH_OPTIONS,
      kind: { type: "string", default: "image" },
      providers: { type: "string", default: "fal" },
      "seconds-per-scene": { type: "string", default: "5" },
      prompt: { type: "string" },
      revise: { type: "string" },
      out: { type: "string", default: "out/demo.mp4" },
      timeout: { type: "string" },
    },
  });
  if (values.revise !== undefined && values.providers === "services") {
    throw new Error("Cannot take --revise without fal: what it saves is read off fal's bill");
  }
  if (values.prompt !== undefined && values.voice && values.providers === "services") {
    throw new Error("Cannot take --prompt with --voice without fal: nobody else speaks a text");
  }
  const films = values.revise === undefined ? 1 : 2;
  return {
    kind: readKind(values.kind),
    providers: readCast(values.providers),
    finish: { voice: values.voice, music: values.music, captions: values.captions },
    seconds: oneOf("--seconds-per-scene", values["seconds-per-scene"], [5, 10]),
    prompt: values.prompt,
    revise: values.revise === undefined ? null : readScene(values.revise, values.prompt),
    out: values.out,
    timeout: positive("--timeout", values.timeout ?? `${films * USUAL_TIMEOUT}`),
  };
}

function oneOf(name: string, text: string, numbers: number[]): number {
  const value = Number(text);
  if (numbers.includes(value)) return value;
  throw new Error(`Cannot take ${name} ${text}: it is none of ${numbers.join(", ")}`);
}

/** How many scenes a model writes shows when they are there. */
function readScene(text: string, prompt: string | undefined): number {
  if (prompt !== undefined) return readWhole("--revise", text);
  return oneOf("--revise", text, SCENES.map((_, n) => n + 1));
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw new Error(`Cannot take ${name} ${text}: it is not a positive number`);
}
