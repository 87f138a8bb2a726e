// Many tasks, over HTTP and durable: put, leased by two worker processes at 64, 10 and 1, a million queued; beside Celery over RabbitMQ in the same run.
//   node bench/tasks.ts [--small] [--no-peer]
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type BenchServer, startServer } from "./server.ts";
import { celeryRate, whyNoCelery } from "./tasks/celery.ts";
import { Field, type Leasing } from "./tasks/field.ts";

const { values } = parseArgs({
  options: {
    small: { type: "boolean", default: false },
    "no-peer": { type: "boolean", default: false },
  },
});
const scale = values.small ? 100 : 1;
const PAYLOAD_BYTES = 500;

interface Row {
  readonly what: string;
  readonly perSecond: number;
  readonly goal?: string;
  readonly ratio?: number;
  readonly more?: string;
}

const WHOLE_PATHS: readonly {
  readonly what: string;
  readonly leasing: Leasing;
  readonly count: number;
  readonly timesPeer: number;
}[] = [
  { what: "leases of 64", leasing: { loops: 4, leases: 64 }, count: 400_000, timesPeer: 10 },
  { what: "leases of 10", leasing: { loops: 6, leases: 10 }, count: 200_000, timesPeer: 4 },
  {
    what: "leases of 1, 64 in flight",
    leasing: { loops: 64, leases: 1 },
    count: 60_000,
    timesPeer: 1,
  },
  {
    what: "the Node library as it is",
    leasing: { usesLibrary: true, loops: 1, leases: 256 },
    count: 400_000,
    timesPeer: 10,
  },
];

/** Put and done together: the clock runs from the first put until every outcome is durable. */
async function wholePath(server: BenchServer, leasing: Leasing, count: number): Promise<number> {
  const field = await Field.open(server, leasing);
  field.go();
  const begin = performance.now();
  await Promise.all([field.put(count), field.done(count)]);
  const seconds = (performance.now() - begin) / 1000;
  await field.close();
  return count / seconds;
}

/** So many queued, then leased and recorded in 64s; the first 100,000 of them count. */
async function backlog(
  server: BenchServer,
  count: number,
): Promise<{ put: number; drained: number }> {
  const field = await Field.open(server, { loops: 2, leases: 64 });
  const put = count / (await field.put(count));
  const measured = Math.min(count, 100_000);
  field.go();
  const drained = await field.done(measured);
  await field.close();
  return { put, drained };
}

/** Of the control plane's process, in MiB. */
function memory(server: BenchServer): { now: number; peak: number } {
  const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
  const mib = (name: string) =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return { now: mib("VmRSS"), peak: mib("VmHWM") };
}

async function fresh<T>(measure: (server: BenchServer) => Promise<T>): Promise<T> {
  const server = await startServer();
  try {
    return await measure(server);
  } finally {
    await server.stop();
  }
}

async function ours(peer: number | undefined): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { what, leasing, count, timesPeer } of WHOLE_PATHS) {
    const perSecond = await fresh((server) => wholePath(server, leasing, count / scale));
    const ratio = peer === undefined ? {} : { ratio: perSecond / peer };
    rows.push({ what: `whole path, ${what}`, perSecond, ...ratio, goal: `${timesPeer} x` });
  }
  return rows;
}

async function queued(): Promise<Row[]> {
  const few = await fresh((server) => backlog(server, 10_000 / scale));
  const many = await fresh(async (server) => ({
    ...(await backlog(server, 1_000_000 / scale)),
    memory: memory(server),
  }));
  const { now, peak } = many.memory;
  const share = (many.drained / few.drained) * 100;
  return [
    {
      what: `put, ${1_000_000 / scale} tasks`,
      perSecond: many.put,
      goal: "100,000",
      more: `memory ${now} MiB, at most ${peak} (goal 500)`,
    },
    { what: `leased and recorded, of ${10_000 / scale}`, perSecond: few.drained },
    {
      what: `leased and recorded, of ${1_000_000 / scale}`,
      perSecond: many.drained,
      goal: "80 % of that",
      more: `${share.toFixed(0)} %`,
    },
  ];
}

function show({ what, perSecond, goal = "", ratio, more = "" }: Row): void {
  const times = ratio === undefined ? "" : `${ratio.toFixed(1)} x peer`;
  console.log(
    `${what.padEnd(42)} ${perSecond.toFixed(0).padStart(8)}  ${times.padStart(12)}  ${goal.padStart(13)}  ${more}`,
  );
}

const whyNot = values["no-peer"] ? "it was not asked for" : whyNoCelery();
const peer = whyNot === undefined ? await celeryRate(20_000 / scale, PAYLOAD_BYTES) : undefined;
console.log(`No-op tasks of ${PAYLOAD_BYTES} bytes, two worker processes; a second\n`);
console.log(
  `${"".padEnd(42)} ${"tasks/s".padStart(8)}  ${"ratio".padStart(12)}  ${"goal".padStart(13)}`,
);
if (peer === undefined) console.log(`Celery + RabbitMQ is not measured: ${whyNot}.`);
else show({ what: "Celery + RabbitMQ, prefork 2, prefetch 64", perSecond: peer, ratio: 1 });
for (const row of await ours(peer)) show(row);
for (const row of await queued()) show(row);
console.log(
  "\nBound by the processors: the control plane (its loop and its writer's thread), two workers and the putting program share them.\nLeases of 1 are bound by HTTP requests, small leases of few loops by the wait for the disk.",
);
