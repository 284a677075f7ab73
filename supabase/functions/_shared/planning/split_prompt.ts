/** More parts than a film may have scenes are no scenes: then the text is one. */
const MOST_SCENES = 100;

/** `Scene 2:`, `## Shot 2 -`, `[Scene 2]`, at the beginning of a line. */
const MARKER =
  /^[ \t]*(?:#{1,6}[ \t]*)?[[(*]*(?:scene|shot)[ \t]+\d{1,3}\b[\])*]*[ \t]*(?:[:.)–—-]+\**)?[ \t]*/gim;
/** `2.` or `2)`, at the beginning of a line. */
const NUMBER = /^[ \t]*(\d{1,3})[.)][ \t]+/gm;
const RULE = /^[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*$/m;
const BLANK_LINE = /\n[ \t]*\n/;

/**
 * Makes scenes out of a text, the same ones each time: at scene markers, else at rules, at the
 * numbers of a list, at blank lines, else it is one scene. What stands before the first marker is
 * about the whole film, and is said to every scene.
 */
export function splitPrompt(prompt: string): string[] {
  const text = prompt.replaceAll("\r\n", "\n").trim();
  const parts = [
    () => atMarkers(text),
    () => text.split(RULE),
    () => atNumbers(text),
    () => text.split(BLANK_LINE),
  ]
    .map((split) => split().map((part) => part.trim()).filter((part) => part !== ""))
    .find((found) => found.length > 1 && found.length <= MOST_SCENES);
  return parts ?? [prompt];
}

function atMarkers(text: string): string[] {
  return cut(text, [...text.matchAll(MARKER)]);
}

/** A list counts up from 1; other numbers at the beginning of a line are part of the text. */
function atNumbers(text: string): string[] {
  const marks = [...text.matchAll(NUMBER)];
  return marks.every((mark, i) => Number(mark[1]) === i + 1) ? cut(text, marks) : [];
}

/** What stands behind each of the marks, with what stands before the first one. */
function cut(text: string, marks: RegExpExecArray[]): string[] {
  const before = text.slice(0, marks[0]?.index ?? 0).trim();
  return marks
    .map((mark, i) => text.slice(mark.index + mark[0].length, marks[i + 1]?.index).trim())
    .filter((part) => part !== "")
    .map((part) => before === "" ? part : `${before}\n\n${part}`);
}
