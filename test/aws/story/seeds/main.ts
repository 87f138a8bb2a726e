// npm run simulate:aws -- --seeds N --from S: the AWS body under faults, seed by seed; --table counts what runs twice without each safeguard.
import { parseArgs } from "node:util";
import { shareOut } from "./crew.ts";
import { AS_BUILT, type Mode, runSeed } from "./seed.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    table: { type: "boolean", default: false },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
  },
});
const [from, count] = [Number(values.from), Number(values.seeds)];

const MODES: Readonly<Record<string, Mode>> = {
  "as built": AS_BUILT,
  "without the fence": { ...AS_BUILT, isFenced: false },
  "without the fence, without reconciliation": { ...AS_BUILT, isFenced: false, reconciles: false },
  "without the fence, with the SDK's own retries": {
    ...AS_BUILT,
    isFenced: false,
    batchAttempts: 3,
  },
  "with the fence, without reconciliation": { ...AS_BUILT, reconciles: false },
  "with the fence, with the SDK's own retries": { ...AS_BUILT, batchAttempts: 3 },
};

if (values.seed !== undefined) await runOne(Number(values.seed));
else if (values.table) await countTwice();
else await runMany();

async function runMany(): Promise<void> {
  const began = performance.now();
  const sum = { seeds: 0, calls: 0, told: began, broken: [] as Broken[] };
  await shareOut({ from, count }, ({ seed, calls, violations }) => {
    sum.seeds++;
    sum.calls += calls;
    if (violations.length > 0) sum.broken.push({ seed, violations });
    if (performance.now() - sum.told < 5000) return;
    sum.told = performance.now();
    console.log(`${sum.seeds} of ${count} seeds, ${rate(sum.seeds, began)}`);
  });
  for (const { seed, violations } of sum.broken) {
    console.log(`Seed ${seed} breaks ${violations.join("\n  ")}`);
    console.log(`Again: npm run simulate:aws -- --seed ${seed} --trace`);
  }
  const calls = Math.round(sum.calls / count);
  console.log(`${count} seeds from ${from}: ${rate(count, began)}, ${calls} calls to AWS each.`);
  console.log(`${count - sum.broken.length} passed, ${sum.broken.length} failed`);
  if (sum.broken.length > 0) process.exitCode = 1;
}

interface Broken {
  readonly seed: number;
  readonly violations: readonly string[];
}

/** The same seed, with the lines of its functions' logs. */
async function runOne(seed: number): Promise<void> {
  const run = await runSeed(seed);
  if (values.trace) console.log(run.lines.join(""));
  console.log(run.violations.length === 0 ? "Green." : run.violations.join("\n"));
  if (run.violations.length > 0) process.exitCode = 1;
}

function rate(seeds: number, began: number): string {
  const elapsed = performance.now() - began;
  return `${(elapsed / seeds).toFixed(0)} ms each`;
}

async function countTwice(): Promise<void> {
  console.log(`| ${count} seeds | fenced instances that ran twice at once |\n| --- | --- |`);
  for (const [name, mode] of Object.entries(MODES)) {
    let twice = 0;
    await shareOut({ from, count, mode }, (done) => {
      twice += done.twice;
    });
    console.log(`| ${name} | ${twice} |`);
  }
}
