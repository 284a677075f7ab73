/** One server-sent event; `id` is the last one that was said. */
export type ServerSent = { id: string; event: string; data: string };

/** Reads server-sent events (WHATWG HTML, 9.2.6) as they come; comments and `retry` are left out. */
export async function* readServerSent(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<ServerSent, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let id = "";
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const { id: said, event, data } = readBlock(block);
        id = said ?? id;
        if (data !== null) yield { id, event, data };
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function readBlock(block: string): { id: string | null; event: string; data: string | null } {
  let id: string | null = null;
  let event = "message";
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const [field = "", value = ""] = /^([^:]*):? ?([^]*)$/.exec(line)?.slice(1) ?? [];
    if (field === "id") id = value;
    else if (field === "event") event = value;
    else if (field === "data") data.push(value);
  }
  return { id, event, data: data.length === 0 ? null : data.join("\n") };
}
