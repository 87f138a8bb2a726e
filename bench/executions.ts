// Many separate executions of one short service, submitted in lists within a second or two and all run to their end; what that costs the control plane is counted.
//   node bench/executions.ts [--small]
import { gnuParallel } from "./gnu-parallel.ts";
import { type BenchHost, startBenchHost } from "./host.ts";
import { table, whole } from "./table.ts";

const isSmall = process.argv.includes("--small");
const LISTS = isSmall ? 2 : 5;
const PER_LIST = isSmall ? 50 : 1000;
const COUNT = LISTS * PER_LIST;
/** At 0.02 vCPU, two cores admit a hundred. */
const AT_ONCE = 100;

const main = {
  ...{ name: "main", run: "once", program: ".", command: ["true"] },
  resources: { cpu: 0.02, memory: "32MiB" },
};
const submission = { description: { version: 4, name: "short", services: [main] } };

interface Submitted {
  readonly items: readonly { readonly kind: string }[];
}

async function submit(host: BenchHost): Promise<void> {
  const list = Array.from({ length: PER_LIST }, () => submission);
  const lists = Array.from({ length: LISTS }, () =>
    host.ask<Submitted>("POST", "/v1/executions", list),
  );
  const accepted = (await Promise.all(lists))
    .flatMap(({ items }) => items)
    .filter(({ kind }) => kind === "accepted");
  if (accepted.length !== COUNT) throw new Error(`${COUNT - accepted.length} were refused.`);
}

async function measure() {
  const host = await startBenchHost(["--cpus", "2"]);
  try {
    await host.count();
    const begin = performance.now();
    await submit(host);
    const submittedSeconds = (performance.now() - begin) / 1000;
    await host.ended(COUNT);
    const perSecond = COUNT / ((performance.now() - begin) / 1000);
    const counts = await host.counted();
    await host.allSucceeded(COUNT);
    return { submittedSeconds, perSecond, counts };
  } finally {
    await host.close();
  }
}

const { submittedSeconds, perSecond, counts } = await measure();
const peer = gnuParallel(COUNT, AT_ONCE);
const { cycles, reads, transactions, longestBlockMs } = counts;
const each = (n: number) => (n / COUNT).toFixed(2);
console.log(`${whole(COUNT)} executions of \`true\` in ${LISTS} lists, ${AT_ONCE} at once\n`);
console.log(
  table(
    ["", "figure", "per execution"],
    [
      ["submitted in, seconds", submittedSeconds.toFixed(1), ""],
      ["executions a second, to their durable end", whole(perSecond), ""],
      [
        "GNU parallel -j20, processes a second",
        peer === undefined ? "not installed" : whole(peer),
        "",
      ],
      ["ratio", peer === undefined ? "" : (perSecond / peer).toFixed(2), ""],
      ["scheduling cycles", whole(cycles), each(cycles)],
      ["store reads", whole(reads), each(reads)],
      ["store transactions", whole(transactions), each(transactions)],
      ["event loop stood still at most, ms", longestBlockMs.toFixed(0), ""],
    ],
  ),
);
console.log(
  "\nBound by starting processes, and by what each makes durable: accepted, running, its program ended, itself ended; admissions share theirs.",
);
