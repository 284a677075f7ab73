/** A program and how to run a script with it; null, said loudly, where it is not on this machine. */
export type Program = { name: string; args: string[] } | null;

/** Node itself, else Deno, which runs the same scripts. */
export async function findNode(): Promise<{ name: string; args: string[] }> {
  return await runs("node")
    ? { name: "node", args: [] }
    : { name: Deno.execPath(), args: ["run", "-A"] };
}

export async function findPython(): Promise<Program> {
  if (await runs("python3")) return { name: "python3", args: [] };
  console.warn("\n!!! SKIPPED: what Python has to show: there is no python3\n");
  return null;
}

async function runs(name: string): Promise<boolean> {
  try {
    return (await new Deno.Command(name, { args: ["--version"] }).output()).success;
  } catch {
    return false;
  }
}
