/** Ratios that models offer. */
const RATIOS = ["16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "9:21", "3:2", "2:3"];

/** The usual aspect ratio that is nearest to a size in pixels (`1280x720`), as models are asked for it. */
export function nearestRatio(size: string): string {
  const [width = 1, height = 1] = size.split("x").map(Number);
  const wanted = Math.log(width / height);
  const distance = (ratio: string) => {
    const [w = 1, h = 1] = ratio.split(":").map(Number);
    return Math.abs(Math.log(w / h) - wanted);
  };
  return RATIOS.reduce((best, ratio) => distance(ratio) < distance(best) ? ratio : best);
}
