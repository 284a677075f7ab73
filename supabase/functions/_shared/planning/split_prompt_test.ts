import assert from "node:assert/strict";
import { splitPrompt } from "./split_prompt.ts";

Deno.test("scene markers divide a text, however they are written", () => {
  for (
    const text of [
      "Scene 1: A kettle.\nScene 2: Steam.",
      "scene 1 - A kettle.\nSCENE 2 - Steam.",
      "## Shot 1\nA kettle.\n\n## Shot 2\nSteam.",
      "[Scene 1] A kettle.\r\n[Scene 2] Steam.",
      "**Scene 1**: A kettle.\n**Scene 2**: Steam.",
      "**Scene 1:** A kettle.\n**Scene 2:** Steam.",
    ]
  ) assert.deepEqual(splitPrompt(text), ["A kettle.", "Steam."], text);
});

Deno.test("emphasis that begins behind a marker is the text's own", () => {
  assert.deepEqual(splitPrompt("Scene 1 **A kettle** boils.\nScene 2: *Steam* rises."), [
    "**A kettle** boils.",
    "*Steam* rises.",
  ]);
});

Deno.test("what stands before the first marker is said to every scene", () => {
  assert.deepEqual(splitPrompt("In watercolours.\nScene 1: A kettle.\nScene 2: Steam."), [
    "In watercolours.\n\nA kettle.",
    "In watercolours.\n\nSteam.",
  ]);
});

Deno.test("rules, a list that counts from 1 and blank lines divide a text without markers", () => {
  assert.deepEqual(splitPrompt("A kettle.\n---\nSteam."), ["A kettle.", "Steam."]);
  assert.deepEqual(splitPrompt("1. A kettle.\n2. Steam."), ["A kettle.", "Steam."]);
  assert.deepEqual(splitPrompt("A kettle.\n\n \nSteam\nrises."), ["A kettle.", "Steam\nrises."]);
});

Deno.test("one sentence, and numbers that are no list, are one scene, letter for letter", () => {
  for (
    const text of ["A kettle on a stove ", "In\n1984. A kettle.\n2001. Steam.", "Scene 1: alone"]
  ) {
    assert.deepEqual(splitPrompt(text), [text]);
  }
});

Deno.test("a hundred paragraphs are a hundred scenes, and more are one", () => {
  const paragraphs = (n: number) => Array.from({ length: n }, (_, i) => `Part ${i}`).join("\n\n");
  assert.equal(splitPrompt(paragraphs(100)).length, 100);
  assert.equal(splitPrompt(paragraphs(101)).length, 1);
});
