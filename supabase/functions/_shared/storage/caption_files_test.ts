import assert from "node:assert/strict";
import { cuesOf, toSrt, toVtt } from "./caption_files.ts";

Deno.test("a caption stands over its scene, and a scene without a text has none", () => {
  const scenes = [
    { text: "First", seconds: 5 },
    { text: " ", seconds: 2.5 },
    { text: "Third", seconds: 5.04 },
  ];

  assert.deepEqual(cuesOf(scenes), [
    { from: 0, to: 5, text: "First" },
    { from: 7.5, to: 12.54, text: "Third" },
  ]);
});

Deno.test("a long text is shown two lines at a time, without a gap, to the end of its scene", () => {
  const text = "One two three four five six seven eight nine ten ".repeat(4);

  const cues = cuesOf([{ text, seconds: 10 }]);

  assert.ok(cues.length > 1);
  assert.equal(cues[0]?.from, 0);
  assert.equal(cues.at(-1)?.to, 10);
  for (const [n, cue] of cues.slice(1).entries()) assert.equal(cue.from, cues[n]?.to);
  for (const cue of cues) {
    const lines = cue.text.split("\n");
    assert.ok(lines.length <= 2 && lines.every((line) => line.length <= 42), cue.text);
  }
  assert.equal(cues.map((cue) => cue.text).join(" ").replaceAll("\n", " "), text.trim());
});

Deno.test("a word without an end is cut between its characters", () => {
  const cues = cuesOf([{ text: "雨".repeat(50) + "🌧".repeat(50), seconds: 4 }]);

  assert.equal(
    cues.map((cue) => cue.text).join("").replaceAll("\n", ""),
    "雨".repeat(50) + "🌧".repeat(50),
  );
});

Deno.test("SubRip counts, writes its times with a comma, and ends a caption with an empty line", () => {
  const cues = [{ from: 0, to: 5, text: "One" }, { from: 3661.2345, to: 3662, text: "Two\nlines" }];

  assert.equal(
    toSrt(cues),
    "1\n00:00:00,000 --> 00:00:05,000\nOne\n\n2\n01:01:01,235 --> 01:01:02,000\nTwo\nlines\n",
  );
});

Deno.test("WebVTT begins with its name and escapes what would be markup", () => {
  assert.equal(
    toVtt([{ from: 0.04, to: 1, text: "a < b && b > c --> d" }]),
    "WEBVTT\n\n1\n00:00:00.040 --> 00:00:01.000\na &lt; b &amp;&amp; b &gt; c --&gt; d\n",
  );
});

Deno.test("no text looks like a time or a tag to a player of SubRip", () => {
  const text = (of: string) =>
    toSrt([{ from: 0, to: 1, text: of }]).split("\n").slice(2, -1).join("\n");

  assert.equal(text("x --> y, 00:00:01,000 ----> z"), "x -> y, 00:00:01,000 -> z");
  assert.equal(text("<b>y</b> 3 < 4"), "< b>y< /b> 3 < 4");
  assert.equal(text("{\\an8}up {as libass} {Y:i}said"), "(\\an8)up (as libass) (Y:i)said");
  assert.equal(text("C:\\new \\home \\x"), "C:\\\u2060new \\\u2060home \\x");
});

Deno.test("an empty line in a text does not end its caption", () => {
  const [cue] = cuesOf([{ text: "One\n\n\nTwo", seconds: 1 }]);

  assert.equal(cue?.text, "One Two");
});
