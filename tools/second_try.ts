import type { TestRun, Totals } from "./test_run.ts";

/** More than this is no bad luck, and not worth the time. */
const MOST_FILES = 4;

/**
 * Runs the files in which something failed once more, by themselves: what holds alone and not in the
 * crowd is unsteady, which is told apart from what is broken.
 *
 * @param files how many took part in the first run. One was by itself already.
 * @param again runs the given files, one after the other.
 * @returns the files that held only by themselves as `unsteady`; their tests count as passed.
 */
export async function tryOnceMore(
  first: TestRun,
  files: number,
  again: (files: string[]) => Promise<TestRun>,
): Promise<Totals & { unsteady: string[] }> {
  const { passed, failed, failedFiles } = first;
  const isWorthIt = files > 1 && failedFiles.length > 0 && failedFiles.length <= MOST_FILES;
  if (failed === 0 || !isWorthIt) return { passed, failed, unsteady: [] };

  const second = await again(failedFiles);
  if (second.failed > 0) return { passed, failed: second.failed, unsteady: [] };
  return { passed: passed + failed, failed: 0, unsteady: failedFiles };
}
