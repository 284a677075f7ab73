import assert from "node:assert/strict";
import { type OpenAiSimulator, startOpenAi } from "./server.ts";

const CALL = {
  model: "small",
  messages: [{ role: "system", content: "Rules" }, { role: "user", content: "A kettle" }],
  response_format: { type: "json_schema", json_schema: { strict: true, schema: {} } },
};

async function withModel(test: (openai: OpenAiSimulator) => Promise<void>): Promise<void> {
  const openai = await startOpenAi({ apiKey: "key" });
  try {
    await test(openai);
  } finally {
    await openai.stop();
  }
}

async function ask({ url }: OpenAiSimulator, call: unknown = CALL, key = "key") {
  // On a kept connection a call that is cut off would be sent again.
  using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  const answer = await fetch(`${url}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify(call),
    client,
  });
  const body = await answer.json();
  return { status: answer.status, headers: answer.headers, body };
}

Deno.test("the same request gets the same storyboard, about what was asked for", () =>
  withModel(async (openai) => {
    const answers = [await ask(openai), await ask(openai)];
    const [first, second] = answers.map(({ body }) => body.choices[0].message.content);
    assert.equal(first, second);
    const { scenes } = JSON.parse(first);
    assert.equal(scenes.length, 4);
    assert.match(scenes[0].prompt, /A kettle/);
    assert.equal(openai.calls.length, 2);
  }));

Deno.test("a request of several sentences is told in as many scenes, and spoken in its own words", () =>
  withModel(async (openai) => {
    const json_schema = { strict: true, schema: { voice_over: {} } };
    const call = (content: string) => ({
      ...CALL,
      messages: [CALL.messages[0], { role: "user", content }],
      response_format: { type: "json_schema", json_schema },
    });
    const { body } = await ask(openai, call("A fox wakes. Scene 2: It snows"));
    const { scenes } = JSON.parse(body.choices[0].message.content);
    assert.deepEqual(
      scenes.map(({ prompt, voice_over }: Record<string, string>) => [prompt, voice_over]),
      [["A fox wakes.", "A fox wakes."], ["It snows", "It snows."]],
    );
  }));

Deno.test("a wrong key, or a call without structured output, is refused and costs nothing", () =>
  withModel(async (openai) => {
    assert.equal((await ask(openai, CALL, "other")).status, 401);
    assert.equal((await ask(openai, { ...CALL, response_format: undefined })).status, 400);
    assert.equal(openai.calls.length, 0);
  }));

Deno.test("it misbehaves as it is told, so often, and about what", () =>
  withModel(async (openai) => {
    openai.behave({ refusal: "No", prompt: /kettle/, times: 1 });
    assert.equal((await ask(openai)).body.choices[0].message.refusal, "No");
    assert.equal((await ask(openai)).body.choices[0].message.refusal, null);
    openai.behave({ refuse: { status: 429, headers: { "retry-after": "3" } }, times: 1 });
    const busy = await ask(openai);
    assert.deepEqual([busy.status, busy.headers.get("retry-after")], [429, "3"]);
    openai.behave({ writes: "too_long", times: 1 });
    assert.equal((await ask(openai)).body.choices[0].finish_reason, "length");
    openai.behave({ cut: "after", times: 1 });
    const taken = openai.calls.length;
    await assert.rejects(ask(openai), TypeError);
    assert.equal(openai.calls.length, taken + 1, "it was taken, and would be paid for");
  }));
