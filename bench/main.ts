// `npm run bench`: every bench one after the other, so that none disturbs another.
//   npm run bench [-- --small] [--write] [NAME...]
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BENCHES, type Bench } from "./benches.ts";

const { values, positionals } = parseArgs({
  options: {
    /** Each once, small, for its correctness: what CI runs. */
    small: { type: "boolean", default: false },
    /** Puts the figures into docs/performance.md, and draws its plots. */
    write: { type: "boolean", default: false },
  },
  allowPositionals: true,
});

const DOCS = fileURLToPath(new URL("../docs/", import.meta.url));
const PAGE = `${DOCS}performance.md`;
/** A bench that hangs fails; the longest takes some minutes. */
const LONGEST_MS = 20 * 60_000;

interface Ran {
  readonly code: number | null;
  readonly output: string;
}

function run({ file, small, plot }: Bench): Promise<Ran> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const drawn = plot !== undefined && values.write ? ["--plot", `${DOCS}${plot}`] : [];
  const words = [path, ...(values.small ? small : []), ...drawn];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST_MS);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    process.stdout.write(chunk);
  });
  return new Promise((resolve) => {
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}

/** The figures of each bench stand between its two marks, with how busy the machine was before it. */
function written(page: string, { name }: Bench, output: string, machine: string): string {
  const [begin, end] = [`<!-- figures of ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from === -1 || to < from)
    throw new Error(`Wanted the marks "${begin}" and "${end}" in ${PAGE}; add them.`);
  const figures = `${begin}\n\`\`\`text\n${output.trim()}\n\nMeasured with ${machine}.\n\`\`\`\n`;
  return page.slice(0, from) + figures + page.slice(to);
}

function machineNow(): string {
  return `${cpus().length} cores, whose load by others was ${loadavg()[0]?.toFixed(1)} at the start`;
}

function chosen(): readonly Bench[] {
  const names = BENCHES.map(({ name }) => name);
  const unknown = positionals.filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no bench ${unknown.join(", ")}: there are ${names.join(", ")}.`);
  return positionals.length === 0
    ? BENCHES
    : BENCHES.filter(({ name }) => positionals.includes(name));
}

if (values.small && values.write) throw new Error("Small figures mean nothing: not written.");
const benches = chosen();
let failed = 0;
for (const bench of benches) {
  const machine = machineNow();
  console.log(`\n=== ${bench.name} (${machine})\n`);
  const { code, output } = await run(bench);
  if (code !== 0) {
    failed++;
    console.log(`${bench.name} failed: it ended with code ${code}.`);
  } else if (values.write)
    writeFileSync(PAGE, written(readFileSync(PAGE, "utf8"), bench, output, machine));
}
console.log(`\n${benches.length - failed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed > 0 ? 1 : 0;
