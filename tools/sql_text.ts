/**
 * Blanks out comments and the insides of quoted strings and names, keeping every position and line.
 * Bodies between `$$` stay: they are code too, and other linters do not look into them.
 */
export function maskSql(text: string): string {
  const quoted =
    /--[^\n]*|\/\*[\s\S]*?\*\/|\be'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"/gi;
  return text.replace(quoted, (found) => {
    const quote = found.at(-1);
    if (quote !== "'" && quote !== '"' || found.startsWith("--")) return blank(found);
    const start = found.indexOf(quote) + 1;
    return found.slice(0, start) + blank(found.slice(start, -1)) + quote;
  });
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}

/** The line, from 1, of a position in the text. */
export function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}

export type Cte = { name: string; body: string; position: number };

/** A statement that starts with `with`: its links in order, and the statement that uses them. */
export type CteChain = { ctes: Cte[]; main: string; position: number };

/** Finds every `with a as (...), b as (...) ...` in masked text, nested ones included. */
export function findCteChains(masked: string): CteChain[] {
  const chains: CteChain[] = [];
  const start =
    /\bwith\s+(?:recursive\s+)?(?=[a-z_0-9]+\s*(?:\([^()]*\)\s*)?as\s+(?:not\s+|materialized\s+)*\()/g;
  for (const found of masked.matchAll(start)) {
    const ctes: Cte[] = [];
    let at = found.index + found[0].length;
    const link = /\s*([a-z_0-9]+)\s*(?:\([^()]*\)\s*)?as\s+(?:not\s+|materialized\s+)*\(/y;
    while (true) {
      link.lastIndex = at;
      const name = link.exec(masked);
      if (name === null || name[1] === undefined) break;
      const end = closingParenthesis(masked, link.lastIndex);
      ctes.push({
        name: name[1],
        body: masked.slice(link.lastIndex, end),
        position: name.index + name[0].indexOf(name[1]),
      });
      at = end + 1;
      const comma = /\s*,/y;
      comma.lastIndex = at;
      if (comma.exec(masked) === null) break;
      at = comma.lastIndex;
    }
    chains.push({ ctes, main: mainStatement(masked, at), position: found.index });
  }
  return chains;
}

/** Where the parenthesis that is open at `from` closes; the end of the text if it never does. */
function closingParenthesis(masked: string, from: number): number {
  let depth = 1;
  for (let at = from; at < masked.length; at++) {
    if (masked[at] === "(") depth++;
    else if (masked[at] === ")" && --depth === 0) return at;
  }
  return masked.length;
}

/** From `from` to the semicolon or the parenthesis that ends the statement. */
function mainStatement(masked: string, from: number): string {
  const rest = masked.slice(from, closingParenthesis(masked, from));
  const end = rest.indexOf(";");
  return end < 0 ? rest : rest.slice(0, end);
}
