// npm run simulate: runs seeds and says how it goes; a failure is cut down to its shortest history. One seed with --trace is replayed step by step.
import { parseArgs } from "node:util";
import { Coverage } from "./coverage.ts";
import { cutDown, readCut, writeCut } from "./cut.ts";
import { scenarioOf } from "./scenario.ts";
import { shrink } from "./shrink.ts";
import { type Run, simulate } from "./simulation.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
    only: { type: "string" },
    without: { type: "string" },
    storm: { type: "string" },
    hosts: { type: "string" },
  },
});

const say = (text: string) => process.stdout.write(`${text}\n`);

if (values.seed === undefined) await runMany(Number(values.from), Number(values.seeds));
else await runOne(Number(values.seed));

async function runOne(seed: number): Promise<void> {
  const scenario = cutDown(scenarioOf(seed), readCut(values));
  const run = await simulate(scenario, { trace: values.trace });
  for (const line of run.trace) say(line);
  say(summaryOf(run));
  if (run.violation !== undefined) process.exitCode = 1;
}

async function runMany(from: number, count: number): Promise<void> {
  const coverage = new Coverage();
  const faults = new Map<string, number>();
  const began = performance.now();
  let told = began;
  let turns = 0;
  for (let n = 0; n < count; n++) {
    const run = await simulate(scenarioOf(from + n));
    if (run.violation !== undefined) return tell(from + n, run);
    coverage.join(run.coverage);
    turns += run.turns;
    for (const [kind, times] of run.faults) faults.set(kind, (faults.get(kind) ?? 0) + times);
    if (performance.now() - told < 2_000) continue;
    told = performance.now();
    say(`${n + 1} of ${count} seeds, ${rateOf(n + 1, began)}`);
  }
  say(`${count} seeds from ${from} are green: ${rateOf(count, began)}, ${turns} turns.`);
  say(`Faults: ${[...faults].map(([kind, n]) => `${kind} ${n}`).join(", ")}.`);
  const { allowed, forbidden } = coverage.missing();
  say(`Allowed moves never taken: ${allowed.join(", ") || "none"}.`);
  say(`Forbidden moves never tried: ${forbidden.join(", ") || "none"}.`);
}

function rateOf(seeds: number, began: number): string {
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage();
  const busy = ((user + system) / 1000 / seeds).toFixed(1);
  return `${(seeds / seconds).toFixed(0)} a second, ${busy} ms of processor each`;
}

async function tell(seed: number, { violation }: Run): Promise<void> {
  process.exitCode = 1;
  if (violation === undefined) return;
  say(`Seed ${seed} breaks invariant ${violation.invariant}: ${violation.text}`);
  say("Looking for a shorter history ...");
  const scenario = scenarioOf(seed);
  const cut = await shrink(scenario, violation.invariant);
  const run = await simulate(cutDown(scenario, cut), { trace: true });
  for (const line of run.trace.filter(isEventful)) say(line);
  say(summaryOf(run));
  say(`Step by step: npm run simulate -- --seed ${seed} ${writeCut(cut)} --trace`);
}

/** What people did and what went wrong; the calls of hosts are for --trace. */
function isEventful(line: string): boolean {
  return /^\S+ (people|fault|backend|the storm)|crashes|stalls| dies /.test(line);
}

function summaryOf({ violation, turns, virtualMs }: Run): string {
  const size = `${turns} turns, ${(virtualMs / 1000).toFixed(0)} s of virtual time`;
  if (violation === undefined) return `Green: ${size}.`;
  const { invariant, text, atMs } = violation;
  return `Invariant ${invariant} is broken after ${(atMs / 1000).toFixed(1)} s: ${text} (${size})`;
}
