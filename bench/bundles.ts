// How large the functions' bundles are, and how long Node takes to load one that it has never seen: the part of a cold start that is ours.
//   node bench/bundles.ts [--small]
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle, handlerPath } from "#infra/bundle.ts";
import { AWS_FUNCTIONS } from "#shared/aws-names.ts";

const rounds = process.argv.includes("--small") ? 1 : 7;
const target = mkdtempSync(join(tmpdir(), "zoe-bundles-"));

/** A process of its own each time. Handlers read their environment when they are called or loaded; a load that ends in that complaint has loaded. */
const LOAD = `const begin = performance.now();
await import(process.argv[1]).catch(() => {});
console.log(performance.now() - begin);`;

function loadMs(path: string): number {
  const words = ["--input-type=module", "--eval", LOAD, path];
  const { stdout } = spawnSync(process.execPath, words, { encoding: "utf8" });
  const line = stdout.trim().split("\n").at(-1);
  return Number(line);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

try {
  const names = AWS_FUNCTIONS.filter((name) => existsSync(handlerPath(name)));
  console.log("bundle        KB   loaded in, ms (median of own processes)");
  for (const { name, bytes, folder } of await bundle(target, names)) {
    const path = join(folder, "index.mjs");
    const ms = median(Array.from({ length: rounds }, () => loadMs(path)));
    console.log(`${name.padEnd(10)} ${(bytes / 1000).toFixed(0).padStart(5)}   ${ms.toFixed(0)}`);
  }
} finally {
  rmSync(target, { recursive: true, force: true });
}
