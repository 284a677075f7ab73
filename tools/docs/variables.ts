type Variable = { name: string; example: string; words: string };
type Section = { title: string; variables: Variable[]; words: string[] };

/** Reads `.env.example`: sections, and each variable with the comment above it. */
export function readExample(text: string): { intro: string; sections: Section[] } {
  const [intro = "", ...rest] = text.split(/^# --- (?=.+ ---$)/m);
  return { intro: paragraph(intro), sections: rest.map(readSection) };
}

function readSection(text: string): Section {
  const [head = "", ...lines] = text.split("\n");
  const section: Section = { title: head.replace(/ ---$/, ""), variables: [], words: [] };
  let comment: string[] = [];
  for (const line of lines) {
    const found = /^#([A-Z][A-Z0-9_]+)=(.*)$/.exec(line);
    if (found) {
      const [, name = "", example = ""] = found;
      section.variables.push({ name, example, words: paragraph(comment.join("\n")) });
      comment = [];
    } else if (line.trim() === "") {
      if (comment.length > 0) section.words.push(paragraph(comment.join("\n")));
      comment = [];
    } else comment.push(line);
  }
  return section;
}

/** The page that docs/variables.md is. */
export function variablesPage(example: string): string {
  const { sections } = readExample(example);
  const parts = sections.filter(({ variables }) => variables.length > 0).map((section) =>
    [
      `## ${section.title}`,
      "",
      ...section.words.flatMap((words) => [words, ""]),
      "| variable | |",
      "|---|---|",
      ...section.variables.map((variable, n) => row(variable, n === 0)),
      "",
    ].join("\n")
  );
  return [
    "# Variables",
    "",
    "Made from [.env.example](../.env.example) by `deno task docs:variables`; change it there.",
    "",
    "Locally they stand in `supabase/functions/.env`, which the first `deno task start` writes with the secrets marked",
    "(made); what the shell sets wins over that file. Hosted: `supabase secrets set --env-file …`. A feature whose variable",
    "is unset says so and stays off; no check is ever skipped for lack of one. A secret variable holds one secret or several,",
    "separated by commas: to rotate one, set both for a while.",
    "",
    ...parts,
  ].join("\n");
}

/** A variable without words shares those before it; the first one, the section's title. */
function row({ name, example, words }: Variable, isFirst: boolean): string {
  const given = example === "" ? "" : ` Example: \`${example}\`.`;
  return `| \`${name}\` | ${
    (words || (isFirst ? "" : "As above.")).replaceAll("|", "\\|")
  }${given} |`;
}

function paragraph(text: string): string {
  return text.split("\n").map((line) => line.replace(/^#\s?/, "").trim()).filter(Boolean).join(" ")
    .replaceAll("<", "&lt;");
}
