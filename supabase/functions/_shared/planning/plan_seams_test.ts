import assert from "node:assert/strict";
import { JobFields } from "./job_fields.ts";
import { planScenes } from "./plan_scenes.ts";

const JOB_IMAGE = "https://cdn.example.com/job.png";
const KEYFRAME = "https://cdn.example.com/key.png";

function plan(fields: Record<string, unknown>) {
  return planScenes(JobFields.parse({ video_id: "v", user_id: "u", ...fields }));
}

function issuesOf(fields: Record<string, unknown>) {
  const planned = plan(fields);
  return "issues" in planned ? planned.issues.map(({ path }) => path) : [];
}

Deno.test("every so many scenes the chain begins anew from the job's image", () => {
  const scenes = Array.from({ length: 7 }, (_, n) => ({ prompt: `Scene ${n + 1}` }));

  const planned = plan({ image_url: JOB_IMAGE, reanchor_every: 3, scenes });

  assert.ok("scenes" in planned);
  assert.deepEqual(
    planned.scenes.map(({ continuity, image_url, reanchored = false }) =>
      `${continuity} ${image_url === JOB_IMAGE} ${reanchored}`
    ),
    [
      ...["last_frame true false", "last_frame false false", "last_frame false false"],
      ...["cut true true", "last_frame false false", "last_frame false false", "cut true true"],
    ],
  );
});

Deno.test("a scene that says its continuity keeps it, whatever reanchor_every says", () => {
  const planned = plan({
    image_url: JOB_IMAGE,
    reanchor_every: 1,
    scenes: [{ prompt: "A" }, { prompt: "B", continuity: "last_frame" }],
  });

  assert.ok("scenes" in planned);
  assert.equal(planned.scenes[1]?.continuity, "last_frame");
});

Deno.test("there is no anchor without an image", () => {
  assert.deepEqual(issuesOf({ prompt: "A", reanchor_every: 2 }), ["reanchor_every"]);
});

Deno.test("a shared keyframe begins its scene with its own image", () => {
  const planned = plan({
    image_url: JOB_IMAGE,
    scenes: [{ prompt: "A" }, {
      prompt: "B",
      continuity: "shared_keyframe",
      image_url: KEYFRAME,
    }],
  });

  assert.ok("scenes" in planned);
  const { continuity, image_url } = planned.scenes[1] ?? {};
  assert.deepEqual([continuity, image_url], ["shared_keyframe", KEYFRAME]);
});

Deno.test("a shared keyframe is refused where the model before it ends as it likes", () => {
  const job = (model: string) => ({
    image_url: JOB_IMAGE,
    scenes: [{ prompt: "A", model }, {
      prompt: "B",
      continuity: "shared_keyframe",
      image_url: KEYFRAME,
    }],
  });

  assert.deepEqual(issuesOf(job("kling-2.1-master")), ["scenes.1.continuity"]);
  assert.deepEqual(issuesOf(job("kling-2.6-pro")), []);
});

Deno.test("a clip that is made of words alone ends with no keyframe, though its family's others do", () => {
  const scenes = [{ prompt: "A", model: "kling-2.5-turbo-pro" }, {
    prompt: "B",
    continuity: "shared_keyframe",
    image_url: KEYFRAME,
  }];

  assert.deepEqual(issuesOf({ scenes }), ["scenes.1.continuity"]);
  assert.deepEqual(issuesOf({ scenes, image_url: JOB_IMAGE }), []);
  const [short, keyframe] = scenes;
  assert.deepEqual(issuesOf({ scenes: [{ ...short, duration: 20 }, keyframe] }), []);
});

Deno.test("a shared keyframe needs an image, and a scene before it", () => {
  assert.deepEqual(
    issuesOf({ scenes: [{ prompt: "A" }, { prompt: "B", continuity: "shared_keyframe" }] }),
    ["scenes.1.image_url"],
  );
  assert.deepEqual(
    issuesOf({ image_url: JOB_IMAGE, scenes: [{ prompt: "A", continuity: "shared_keyframe" }] }),
    ["scenes.0.continuity"],
  );
});

Deno.test("a model that requires an end frame is known to get one from a shared keyframe alone", () => {
  const first = { prompt: "A", model: "veo-3.1-first-last", duration: 4 };
  const job = (continuity: string) => ({
    image_url: JOB_IMAGE,
    scenes: [first, { prompt: "B", continuity, image_url: KEYFRAME }],
  });

  assert.deepEqual(issuesOf(job("shared_keyframe")), []);
  assert.deepEqual(issuesOf(job("cut")), ["scenes.0.model"]);
  assert.deepEqual(
    issuesOf({
      ...job("shared_keyframe"),
      scenes: [{ ...first, duration: 16 }, job("shared_keyframe").scenes[1]],
    }),
    ["scenes.1.continuity"],
  );
});
