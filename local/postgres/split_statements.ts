/** What a semicolon can hide in, then the words around a SQL body, then the semicolon itself. */
const TOKEN = new RegExp(
  [
    String.raw`--[^\n]*`,
    String.raw`\/\*[\s\S]*?\*\/`,
    String.raw`\be'(?:[^'\\]|\\[\s\S]|'')*'`,
    String.raw`'(?:[^']|'')*'`,
    String.raw`"(?:[^"]|"")*"`,
    String.raw`\$(?<tag>[a-z_]\w*)?\$[\s\S]*?\$\k<tag>\$`,
    String.raw`\bbegin\s+atomic\b`,
    String.raw`\bcase\b`,
    String.raw`\bend\b`,
    ";",
  ].join("|"),
  "gi",
);

/**
 * Splits a file into statements as the Supabase CLI stores them: at semicolons, without these, a
 * comment staying with what follows it (seen with version 3.1.0).
 */
export function splitStatements(text: string): string[] {
  const statements: string[] = [];
  let start = 0;
  // Depth of `begin atomic ... end`, the body of a SQL function that is not a string.
  let depth = 0;

  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const word = token.toLowerCase();
    if (word.startsWith("begin") || (word === "case" && depth > 0)) depth++;
    else if (word === "end" && depth > 0) depth--;
    else if (word === ";" && depth === 0) {
      statements.push(text.slice(start, index));
      start = index + 1;
    }
  }
  statements.push(text.slice(start));
  return statements.map((statement) => statement.trim()).filter((statement) => statement !== "");
}
