export type Block = {
  /** Of its first line, from 1. */
  line: number;
  text: string;
  /** `# → words`, behind a command or the fence's own `run`: what its output has to contain. */
  expects: string[];
};

/**
 * The blocks of a document that a test runs: fenced as ```sh run. All of one document run in one
 * shell, in order, as a reader would type them.
 */
export function readBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const fence = /^```sh run\s*(?:→\s*(.+?)\s*)?$/.exec(lines[at] ?? "");
    if (!fence) continue;
    const end = lines.indexOf("```", at + 1);
    if (end < 0) throw new Error(`Line ${at + 1}: the block never ends`);
    const body = lines.slice(at + 1, end);
    blocks.push({
      line: at + 2,
      text: body.join("\n"),
      expects: [
        ...(fence[1] ? [fence[1]] : []),
        ...body.flatMap((line) => /#\s*→\s*(.+)$/.exec(line)?.[1]?.trim() ?? []),
      ],
    });
    at = end;
  }
  return blocks;
}
