/** Columns of a line that a narrow screen bears. */
const LINE = 42;

/** Takes as much room as two letters of Latin. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\p{Extended_Pictographic}\u3000-\u303f\uff01-\uff60]/u;

const GRAPHEMES = new Intl.Segmenter("und", { granularity: "grapheme" });

/** Lines of words; an empty line would end the caption in both formats. */
export function wrap(text: string): string[] {
  const lines: Piece[] = [];
  for (const word of text.split(/\s+/u).flatMap(cutWord)) {
    const line = lines.at(-1);
    if (line === undefined || line.columns + 1 + word.columns > LINE) lines.push({ ...word });
    else join(line, { text: ` ${word.text}`, columns: 1 + word.columns });
  }
  return lines.map((line) => line.text);
}

type Piece = { text: string; columns: number };

/** Languages without spaces write one long word. Cut between characters as they are read, not within one. */
function cutWord(word: string): Piece[] {
  const pieces: Piece[] = [];
  for (const { segment: text } of GRAPHEMES.segment(word)) {
    const character = { text, columns: WIDE.test(text) ? 2 : 1 };
    const piece = pieces.at(-1);
    if (piece === undefined || piece.columns + character.columns > LINE) pieces.push(character);
    else join(piece, character);
  }
  return pieces;
}

function join(piece: Piece, more: Piece): void {
  piece.text += more.text;
  piece.columns += more.columns;
}
