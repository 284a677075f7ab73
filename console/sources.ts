import { createHash } from "node:crypto";
import { join } from "node:path";

/** In dist: the digest of the sources that it was built from. */
export const DIGEST_FILE = "built-from.txt";

/** What the page is built from; tests are no part of it. */
const ROOTS = ["index.html", "vite.config.ts", "public", "src", "../client/server_sent.ts"];

/** A digest of names and contents, the same on every machine. @param folder `console/` */
export async function digestSources(folder: string): Promise<string> {
  const paths = (await Promise.all(ROOTS.map((path) => listFiles(folder, path)))).flat().sort();
  const hash = createHash("sha256");
  for (const path of paths) {
    const text = (await Deno.readTextFile(join(folder, path))).replaceAll("\r\n", "\n");
    hash.update(`${path}\0${text}\0`);
  }
  return `${hash.digest("hex")}\n`;
}

async function listFiles(folder: string, path: string): Promise<string[]> {
  if ((await Deno.stat(join(folder, path))).isFile) {
    return /_(test|fixture)\.tsx?$/.test(path) ? [] : [path];
  }
  const found: string[] = [];
  for await (const { name } of Deno.readDir(join(folder, path))) {
    found.push(...await listFiles(folder, `${path}/${name}`));
  }
  return found;
}
