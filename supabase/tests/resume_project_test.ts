import assert from "node:assert/strict";
import { changeProject } from "../functions/_shared/management/films.ts";
import { aFilm, drive, finish, refusalOf, triesOf } from "./drive.ts";
import { type Given, onDatabase } from "./given.ts";
import { brokenInvariants, eventsOf, only, projectOf, stepsOf } from "./look.ts";
import { priceClips } from "./prices.ts";
import { callback, claim, complete, submit } from "./verbs.ts";

const pause = ({ db }: Given, projectId: string) =>
  changeProject(db, "pause", { projectId, reason: null });
const resume = ({ db }: Given, projectId: string) =>
  changeProject(db, "resume", { projectId, reason: null });

Deno.test(
  "resume_project goes on where it was, and pays no clip twice",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    const projectId = await aProject({ scenes: ["cut", "last_frame"] });
    const work = only(await claim(db));
    await pause(given, projectId);
    await submit(db, work);
    await callback(db, work);
    assert.deepEqual(await claim(db), []);

    const answer = await resume(given, projectId);

    assert.deepEqual([answer.was, answer.status], ["paused", "generating"]);
    assert.deepEqual(await brokenInvariants(sql), []);
    await drive(given, projectId);
    assert.equal(await triesOf(sql, projectId, "generate_clip"), 2);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "resume_project stitches when all scenes have finished meanwhile, once",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    const projectId = await aProject({ scenes: ["cut", "cut"] });
    const works = await claim(db);
    await pause(given, projectId);
    for (const work of works) await finish(given, work);
    assert.deepEqual(
      (await stepsOf(sql, projectId)).filter((step) => /stitch|thumb/.test(step)),
      [],
    );

    const answer = await resume(given, projectId);

    assert.equal(answer.status, "stitching");
    assert.deepEqual((await claim(db)).map(({ step }) => step).toSorted(), [
      "extract_thumbnail",
      "stitch",
    ]);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "resume_project from a pause in stitching stores the film, and pays no stitch twice",
  onDatabase(async (given) => {
    const { db, sql, aFilmInStitching } = given;
    const projectId = await aFilmInStitching({ scenes: ["cut", "cut"] });
    const works = await claim(db);
    await pause(given, projectId);
    for (const work of works) await finish(given, work);
    assert.equal((await projectOf(sql, projectId)).status, "paused");
    assert.deepEqual(await claim(db), []);

    await resume(given, projectId);

    await complete(db, only(await claim(db)));
    assert.equal((await projectOf(sql, projectId)).status, "completed");
    assert.equal(await triesOf(sql, projectId, "stitch"), 1);
    assert.equal(await triesOf(sql, projectId, "extract_thumbnail"), 1);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "resume_project stitches for the first time when the pause came before anybody began",
  onDatabase(async (given) => {
    const { sql, aFilmInStitching } = given;
    const projectId = await aFilmInStitching({ scenes: ["cut", "cut"] });
    await pause(given, projectId);
    await resume(given, projectId);
    await pause(given, projectId);
    await resume(given, projectId);

    await drive(given, projectId);

    assert.equal(await triesOf(sql, projectId, "stitch"), 1);
    assert.equal(await triesOf(sql, projectId, "store_film"), 1);
  }),
);

Deno.test(
  "resume_project asks for a thumbnail that failed once more, and says what the film costs with it",
  onDatabase(async (given) => {
    const { db, sql, aFilmInStitching } = given;
    await priceClips(sql, 0.1);
    const projectId = await aFilmInStitching({ scenes: ["cut", "cut"] });
    const [stitch, thumbnail] = (await claim(db)).toSorted((a, b) => b.step < a.step ? -1 : 1);
    assert(stitch?.step === "stitch" && thumbnail);
    await submit(db, thumbnail);
    await callback(db, thumbnail, {
      result: { state: "failed", error: { message: "No", retryable: false } },
    });
    await pause(given, projectId);

    await resume(given, projectId);

    const [film] = await sql`select estimated_cost_usd::float8 as usd from public.projects`;
    assert.equal(film?.usd, 1.002);
    await finish(given, stitch);
    await drive(given, projectId);
    assert.equal(await triesOf(sql, projectId, "extract_thumbnail"), 2);
    assert.deepEqual(await brokenInvariants(sql), []);
  }),
);

Deno.test(
  "resume_project leaves a project that is not paused alone",
  onDatabase(async (given) => {
    const { sql, aSubmittedClip } = given;
    const { project_id } = await aSubmittedClip();
    const before = await eventsOf(sql, project_id);

    const answer = await resume(given, project_id);

    assert.deepEqual([answer.was, answer.status], ["generating", "generating"]);
    assert.deepEqual(await eventsOf(sql, project_id), before);
  }),
);

Deno.test(
  "resume_project writes its reason on the timeline",
  onDatabase(async (given) => {
    const { db, sql, aProject } = given;
    const projectId = await aProject();
    await pause(given, projectId);

    await changeProject(db, "resume", { projectId, reason: "Approved" });

    const [event] = await sql`
      select data from public.pipeline_events where type = 'project.resume_reason'`;
    assert.deepEqual(event?.data, { reason: "Approved" });
  }),
);

Deno.test(
  "resume_project refuses a film that has ended and one that is not there",
  onDatabase(async (given) => {
    const projectId = await aFilm(given);

    assert.equal(
      await refusalOf(resume(given, projectId)),
      `RL409 Cannot resume project "${projectId}": it is completed, and only a paused one can be resumed`,
    );
    assert.equal(
      await refusalOf(resume(given, "nobody")),
      'RL404 Cannot resume project "nobody": no such project',
    );
  }),
);
