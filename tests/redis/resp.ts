/** What Redis answers; an error is a value here. */
export type Reply = string | number | null | Error | Reply[];

/** A command in Redis's protocol (https://redis.io/docs/latest/develop/reference/protocol-spec/). */
export function toCommand(words: readonly string[]): string {
  const size = (word: string) => new TextEncoder().encode(word).length;
  return `*${words.length}\r\n${words.map((word) => `$${size(word)}\r\n${word}\r\n`).join("")}`;
}

/** Reads one reply of ASCII; null where it has not come whole. */
export function readReply(text: string): { reply: Reply; rest: string } | null {
  const end = text.indexOf("\r\n");
  if (end < 0) return null;
  const [kind, line, rest] = [text[0], text.slice(1, end), text.slice(end + 2)];
  switch (kind) {
    case "+":
      return { reply: line, rest };
    case "-":
      return { reply: new Error(line), rest };
    case ":":
      return { reply: Number(line), rest };
    case "$":
      return readBulk(Number(line), rest);
    case "*":
      return readArray(Number(line), rest);
    default:
      throw new Error(`Cannot read Redis's answer ${JSON.stringify(text.slice(0, 40))}`);
  }
}

function readBulk(length: number, text: string): { reply: Reply; rest: string } | null {
  if (length < 0) return { reply: null, rest: text };
  if (text.length < length + 2) return null;
  return { reply: text.slice(0, length), rest: text.slice(length + 2) };
}

function readArray(length: number, text: string): { reply: Reply; rest: string } | null {
  const reply: Reply[] = [];
  let rest = text;
  while (reply.length < length) {
    const read = readReply(rest);
    if (read === null) return null;
    reply.push(read.reply);
    rest = read.rest;
  }
  return { reply, rest };
}
