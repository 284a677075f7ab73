import type { Model } from "../../supabase/functions/_shared/fal/model_row.ts";
import { MODELS } from "../../supabase/functions/_shared/fal/model_table.ts";
import { withEndFrame } from "../../supabase/functions/_shared/planning/plan_seams.ts";
import { ALIASES } from "../../supabase/functions/_shared/fal/models.ts";

/** The page that docs/models.md is: each family that a job can ask for. */
export function modelsPage(): string {
  const askable = MODELS.filter((model) => withEndFrame(model, true).unmet.length === 0);
  const families = [...Map.groupBy(askable, ({ family }) => family)];
  return [
    "# Models",
    "",
    "Made from `supabase/functions/_shared/fal/models*.ts` by `deno task docs:models`. `model` is a name of the first column, one",
    "in brackets, which is the same, or the id of one of fal's endpoints below it. A name stands for all of a model's endpoints: a",
    "scene without an image is made from its words alone where there is an endpoint for that.",
    "",
    "Seconds are those of one clip; [services.md](services.md#models-and-lengths) says how longer scenes are made of several.",
    "Shapes are what `aspect_ratio` may say; without any the image, or the model, decides. *End frame*: the next scene may",
    'say `continuity: "shared_keyframe"`; *only with one*: it has to. *Sound*: takes `audio_url` itself.',
    "",
    "| model | from | seconds | shapes | besides |",
    "|---|---|---|---|---|",
    ...families.flatMap(([family, models]) => rows(family, models)),
    "",
  ].join("\n");
}

function rows(family: string, models: readonly Model[]): string[] {
  const others = Object.keys(ALIASES).filter((alias) => ALIASES[alias] === family);
  const names = others.length === 0 ? "" : ` (${others.map((name) => `\`${name}\``).join(", ")})`;
  return models.map((model, n) =>
    [
      "",
      `${n === 0 ? `**\`${family}\`**${names}<br>` : ""}\`${model.endpoint}\``,
      from(model),
      model.seconds.length === 0 ? "its own" : spans(model.seconds),
      model.aspectRatios === null ? "" : model.aspectRatios.join(", "),
      [endFrame(model), model.audio && "sound"].filter(Boolean).join(", "),
      "",
    ].join(" | ").trim()
  );
}

function endFrame({ endFrame, unmet }: Model): string | null {
  if (!endFrame) return null;
  return unmet.length > 0 ? "only with an end frame" : "end frame";
}

function from({ startFrame, driver }: Model): string {
  if (startFrame === null) return "words";
  return driver === null ? "an image" : "an image, a driver video";
}

/** `2 to 8` for lengths without a gap, else all of them. */
function spans(seconds: readonly number[]): string {
  const [first = 0, last = 0] = [seconds[0], seconds.at(-1)];
  return seconds.length > 2 && last - first === seconds.length - 1
    ? `${first} to ${last}`
    : seconds.join(", ");
}
