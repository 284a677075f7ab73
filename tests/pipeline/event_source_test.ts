import assert from "node:assert/strict";
import { z } from "zod";
import { onStack } from "./film_stack.ts";

const Created = z.object({ events_url: z.string() });
const PATIENCE = 90_000;

Deno.test(
  "an EventSource hears how a film ends, once, comes again and is told to stay away",
  onStack(async ({ post }) => {
    const { body } = await post("/videos/generations/async", {
      model: "minimax-video",
      prompt: "A quiet harbour",
    });
    const source = new EventSource(Created.parse(body).events_url);
    const ends: unknown[] = [];
    const closed = Promise.withResolvers<void>();
    const timer = setTimeout(() => closed.reject(new Error("It is not closed")), PATIENCE);

    source.addEventListener("task", ({ data }) => {
      const { status } = JSON.parse(data);
      if (status !== "pending" && status !== "processing") ends.push(status);
    });
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) closed.resolve();
    });
    try {
      await closed.promise;
    } finally {
      clearTimeout(timer);
      source.close();
    }
    assert.deepEqual(ends, ["completed"]);
  }),
);
