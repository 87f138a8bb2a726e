// GNU parallel as a yardstick: so many no-op processes, so many at once, with nothing kept of them.
import { execFileSync } from "node:child_process";

/** Processes a second; undefined where it is not installed (apt-get install parallel). */
export function gnuParallel(count: number, atOnce: number): number | undefined {
  const input = Array.from({ length: count }, (_, n) => n).join("\n");
  const begin = performance.now();
  try {
    execFileSync("parallel", [`-j${atOnce}`, "true"], { input, stdio: "pipe" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return count / ((performance.now() - begin) / 1000);
}
