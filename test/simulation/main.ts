// npm run simulate: runs seeds and says how it goes; a failure is cut down to its shortest history. One seed with --trace is replayed step by step.
import { parseArgs } from "node:util";
import { runAll } from "./crew.ts";
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

/** So many seeds take every allowed move. */
const ENOUGH = 1000;

const say = (text: string) => console.log(text);

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
  const began = performance.now();
  let told = began;
  const sum = await runAll({ from, count }, ({ seeds }) => {
    if (performance.now() - told < 2_000) return;
    told = performance.now();
    say(`${seeds} of ${count} seeds, ${rateOf(seeds, began)}`);
  });
  if (sum.broken !== undefined) return tell(sum.broken);
  say(`${count} seeds from ${from} are green: ${rateOf(count, began)}, ${sum.turns} turns.`);
  say(`Faults: ${[...sum.faults].map(([kind, n]) => `${kind} ${n}`).join(", ")}.`);
  const { allowed, forbidden } = sum.coverage.missing();
  say(`Allowed moves never taken: ${allowed.join(", ") || "none"}.`);
  say(
    `Forbidden moves never tried here, but by test/shared/states.test.ts: ${forbidden.join(", ") || "none"}.`,
  );
  const isShort = count >= ENOUGH && allowed.length > 0;
  if (isShort) process.exitCode = 1;
  say(`${count} passed, ${isShort ? 1 : 0} failed`);
}

function rateOf(seeds: number, began: number): string {
  const elapsed = performance.now() - began;
  const { user, system } = process.cpuUsage();
  const each = [elapsed, (user + system) / 1000].map((ms) => (ms / seeds).toFixed(1));
  return `${each[0]} ms each, ${each[1]} ms of processor`;
}

async function tell(seed: number): Promise<void> {
  process.exitCode = 1;
  const { violation } = await simulate(scenarioOf(seed));
  if (violation === undefined) return say(`Seed ${seed} failed, and is green when it runs again.`);
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
