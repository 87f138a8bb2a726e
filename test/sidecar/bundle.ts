// The sidecar as its image has it: one bundled file, and how Node is started with it (sidecar/Dockerfile).
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export const NODE_OPTIONS = ["--max-old-space-size=32", "--max-semi-space-size=1"];

/** Answers its path in the folder. */
export function bundledSidecar(folder: string): string {
  const file = join(folder, "main.mjs");
  const banner =
    "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";
  const words = ["--bundle", "--platform=node", "--format=esm", "--target=node24", "--minify"];
  const out = [`--outfile=${file}`, `--banner:js=${banner}`, "--log-level=error"];
  execFileSync(join(ROOT, "node_modules/.bin/esbuild"), ["sidecar/main.ts", ...words, ...out], {
    cwd: ROOT,
  });
  return file;
}
