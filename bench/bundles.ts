// How large the functions' bundles are, and how long Node takes to load one that it has never seen: the part of a cold start that is ours.
//   node bench/bundles.ts [--small]
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle } from "#infra/bundle.ts";
import { AWS_FUNCTIONS } from "#shared/aws-names.ts";
import { anEnvironment } from "#test/functions/aws/environment.ts";

const NOBODY = { AWS_ACCESS_KEY_ID: "nobody", AWS_SECRET_ACCESS_KEY: "nothing" };
const rounds = process.argv.includes("--small") ? 1 : 7;
const target = mkdtempSync(join(tmpdir(), "zoe-bundles-"));

/** A process of its own each time, as Lambda's first start is: all that a function does before its first event, clients made and catalogue read. */
const LOAD = `const [begin, before] = [performance.now(), process.cpuUsage()];
const { handler } = await import(process.argv[1]);
const ms = performance.now() - begin;
const { user, system } = process.cpuUsage(before);
if (typeof handler !== "function") throw new Error("It has no handler.");
console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000 }));`;

interface Load {
  readonly ms: number;
  /** Of processors, which tells more where others use them too. */
  readonly cpuMs: number;
}

function load(folder: string): Load {
  const words = ["--input-type=module", "--eval", LOAD, join(folder, "index.mjs")];
  const own = { ZOE_ZAPPS: join(folder, "zapps"), AWS_REGION: "us-east-1", ...NOBODY };
  const env = anEnvironment(own);
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: "utf8", env });
  if (status !== 0) throw new Error(`${folder} does not load:\n${stderr}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Load;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

try {
  console.log(`bundle         KB      ms  ms of processor; medians of ${rounds} processes\n`);
  for (const { name, bytes, folder } of await bundle(target, AWS_FUNCTIONS)) {
    const loads = Array.from({ length: rounds }, () => load(folder));
    const figures = [
      bytes / 1000,
      median(loads.map(({ ms }) => ms)),
      median(loads.map(({ cpuMs }) => cpuMs)),
    ];
    const cells = figures.map((figure) => figure.toFixed(0).padStart(6));
    console.log(`${name.padEnd(10)} ${cells.join("  ")}`);
  }
} finally {
  rmSync(target, { recursive: true, force: true });
}
