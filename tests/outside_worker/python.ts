/** Debian's own, which its packages install for. */
const PYTHON = "/usr/bin/python3";
const DRIVER = "python3-psycopg2";

/** Runs Debian's Python; the output is both streams where it failed. */
export async function runPython(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ ok: boolean; output: string }> {
  return await run(PYTHON, args, env);
}

/**
 * Sees to it that Python can speak to Postgres: installs Debian's driver where it is missing and we
 * are root. Returns why it cannot, or null.
 */
export async function prepareDriver(): Promise<string | null> {
  if (await hasDriver()) return null;
  if (Deno.uid() !== 0) return `${PYTHON} with ${DRIVER} is missing, and only root can install it`;

  const quietly = { DEBIAN_FRONTEND: "noninteractive" };
  const install = ["install", "-y", "--no-install-recommends", DRIVER];
  if (!(await run("apt-get", install, quietly)).ok) {
    await run("apt-get", ["update"], quietly);
    await run("apt-get", install, quietly);
  }
  return await hasDriver() ? null : `${DRIVER} cannot be installed by apt-get`;
}

async function hasDriver(): Promise<boolean> {
  return (await runPython(["-c", "import psycopg2"])).ok;
}

async function run(
  program: string,
  args: string[],
  env: Record<string, string>,
): Promise<{ ok: boolean; output: string }> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, { args, env }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { ok: success, output: success ? out ?? "" : `${out}${err}` };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { ok: false, output: `No ${program}` };
    throw error;
  }
}
