// An array of no-op processes from its submission through the API until every outcome is durable, two at once, beside GNU parallel -j2: in turns, and medians.
//   node bench/array.ts [--small]
import { gnuParallel } from "./gnu-parallel.ts";
import { startBenchHost } from "./host.ts";
import { median, table, whole } from "./table.ts";

const isSmall = process.argv.includes("--small");
const COUNT = isSmall ? 20 : 500;
const ROUNDS = isSmall ? 1 : 5;
const AT_ONCE = 2;

const main = {
  ...{ name: "main", run: "array", count: COUNT, program: ".", command: ["true"] },
  resources: { cpu: 1, memory: "64MiB" },
};
const submission = { description: { version: 4, name: "array", services: [main] } };

interface Figure {
  readonly perSecond: number;
  readonly longestBlockMs: number;
  readonly cycles: number;
}

async function ours(): Promise<Figure> {
  const host = await startBenchHost(["--cpus", String(AT_ONCE)]);
  try {
    await host.count();
    const begin = performance.now();
    await host.ask("POST", "/v1/executions", submission);
    await host.ended(1);
    const perSecond = COUNT / ((performance.now() - begin) / 1000);
    const { longestBlockMs, cycles } = await host.counted();
    await host.allSucceeded(1);
    return { perSecond, longestBlockMs, cycles };
  } finally {
    await host.close();
  }
}

const figures: Figure[] = [];
const peers: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  figures.push(await ours());
  const peer = gnuParallel(COUNT, AT_ONCE);
  if (peer !== undefined) peers.push(peer);
}
const rate = median(figures.map(({ perSecond }) => perSecond));
const peer = peers.length === 0 ? undefined : median(peers);
const all = (numbers: readonly number[]) => numbers.map(whole).join(", ");
console.log(`An array of ${COUNT} no-op processes, ${AT_ONCE} at once; medians of ${ROUNDS}\n`);
console.log(
  table(
    ["", "median", "of"],
    [
      ["Zoe, processes a second", whole(rate), all(figures.map(({ perSecond }) => perSecond))],
      [
        "GNU parallel -j2, processes a second",
        peer === undefined ? "not installed" : whole(peer),
        all(peers),
      ],
      ["ratio", peer === undefined ? "" : (rate / peer).toFixed(2), ""],
      [
        "event loop stood still at most, ms",
        whole(Math.max(...figures.map(({ longestBlockMs }) => longestBlockMs))),
        all(figures.map(({ longestBlockMs }) => longestBlockMs)),
      ],
      ["scheduling cycles", whole(median(figures.map(({ cycles }) => cycles))), ""],
    ],
  ),
);
console.log(
  "\nBound by starting a process, its group and its folders, and by the durable commit between an end and the next start.",
);
