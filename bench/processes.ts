// An array of no-op processes, each with its own group, folders and logs, two at a time, through the process engine alone: beside GNU parallel.
//   node bench/processes.ts [--count 500] [--rounds 5] [--sampler]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { parseArgs } from "node:util";
import type { InstanceEvent } from "#functions/backend.ts";
import { processBackend } from "#local/backends/process.ts";
import { LocalLogs } from "#local/logs.ts";
import { aRequest } from "#test/local/process-body.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "500" },
    rounds: { type: "string", default: "5" },
    sampler: { type: "boolean", default: false },
  },
});
const COUNT = Number(values.count);
const AT_ONCE = 2;

interface Figure {
  readonly perSecond: number;
  readonly longestBlockMs: number;
}

/** Launches the next as soon as one has ended, as the scheduler does with an array. */
async function engine(): Promise<Figure> {
  const state = mkdtempSync(join(tmpdir(), "zoe-bench-"));
  const done = Promise.withResolvers<void>();
  let next = 0;
  let ended = 0;
  const launchNext = () => {
    if (next >= COUNT) return;
    const request = aRequest({ kind: "exec", words: ["true"] }, { instance: { index: next++ } });
    void backend.launch([request]);
  };
  const emit = (events: readonly InstanceEvent[]) => {
    for (const event of events) {
      if (event.kind !== "ended") continue;
      if (event.outcome.kind !== "succeeded") done.reject(new Error(JSON.stringify(event)));
      if (++ended === COUNT) done.resolve();
      launchNext();
    }
  };
  const backend = await processBackend({
    stateDirectory: state,
    ...(values.sampler && { memoryLimit: "sampler" }),
    emit,
    secrets: async () => ({}),
    runtime: { open: () => "", close: () => {} },
    objects: { get: async () => undefined, stat: async () => undefined, adopt: async () => [] },
    logs: new LocalLogs(join(state, "logs")),
    now: Date.now,
    log: { info: () => {}, warn: console.warn, error: console.error },
  });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const began = performance.now();
  for (let started = 0; started < AT_ONCE; started++) launchNext();
  await done.promise;
  const perSecond = COUNT / ((performance.now() - began) / 1000);
  const longestBlockMs = delay.max / 1e6;
  await backend.close();
  rmSync(state, { recursive: true, force: true });
  return { perSecond, longestBlockMs };
}

/** Undefined where it is not installed. */
function gnuParallel(): number | undefined {
  const numbers = Array.from({ length: COUNT }, (_, number) => number).join("\n");
  const began = performance.now();
  try {
    execFileSync("parallel", [`-j${AT_ONCE}`, "true"], { input: numbers, stdio: "pipe" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return COUNT / ((performance.now() - began) / 1000);
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

const ours: Figure[] = [];
const theirs: number[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  ours.push(await engine());
  const peer = gnuParallel();
  if (peer !== undefined) theirs.push(peer);
}
const rate = median(ours.map(({ perSecond }) => perSecond));
const blockMs = Math.max(...ours.map(({ longestBlockMs }) => longestBlockMs));
console.log(`${COUNT} no-op processes, ${AT_ONCE} at a time, medians of ${values.rounds} rounds`);
console.log(
  `process engine  ${rate.toFixed(0)} a second (${ours.map(({ perSecond }) => perSecond.toFixed(0)).join(", ")})`,
);
console.log(`event loop      ${blockMs.toFixed(1)} ms at most`);
if (theirs.length === 0) console.log("GNU parallel    isn't installed (apt-get install parallel)");
else {
  const peer = median(theirs);
  console.log(
    `GNU parallel    ${peer.toFixed(0)} a second (${theirs.map((one) => one.toFixed(0)).join(", ")})`,
  );
  console.log(`ratio           ${(rate / peer).toFixed(2)}`);
}
