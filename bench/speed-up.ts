// How a queue of 50 ms tasks gains from workers, where tasks wait and where they compute; and what the split classifier takes in, without a growing backlog.
//   node bench/speed-up.ts [--small] [--plot FILE]
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { svgOf } from "./plot.ts";
import { startServer } from "./server.ts";
import { sustained } from "./speed-up/classifier.ts";
import { type Kind, TASK_MS, tasksPerSecond } from "./speed-up/workers.ts";
import { table, whole } from "./table.ts";

const { values } = parseArgs({
  options: { small: { type: "boolean", default: false }, plot: { type: "string" } },
});
const WORKERS = values.small ? [1, 2] : [1, 2, 4, 8, 16];
const TASKS_PER_WORKER = values.small ? 5 : 100;
const FEEDING = values.small
  ? { predictors: 2, writers: 2, seconds: 1 }
  : { predictors: 20, writers: 2, seconds: 20 };

type Rates = ReadonlyMap<number, number>;

/** Programs share the cores: admission is told of more, so that as many run as are asked for. */
const server = await startServer(["--cpus", "8", "--memory-mib", "16000"]);
try {
  const waiting = await rates("wait");
  const computing = await rates("compute");
  const rows = WORKERS.map((workers) => [
    workers,
    ...figures(waiting, workers),
    ...figures(computing, workers),
  ]);
  console.log(`A queue of ${TASK_MS} ms tasks, one at a time for each worker\n`);
  console.log(
    table(["workers", "waiting, tasks/s", "speed-up", "computing, tasks/s", "speed-up"], rows),
  );
  const { predictors, writers, seconds } = FEEDING;
  const { perSecond, mostOpen } = await sustained(server, FEEDING);
  console.log(
    `\nSplit classifier, ${predictors} predictors and ${writers} writers, fed for ${seconds} s: ${whole(perSecond)} documents a second from put to written row, never more than ${whole(mostOpen)} open.`,
  );
  console.log(
    "\nTasks that wait are bound by their own 50 ms; those that compute, and the predictors, by the cores.",
  );
  if (values.plot !== undefined) writeFileSync(values.plot, plotOf(waiting, computing));
} finally {
  await server.stop();
}

async function rates(kind: Kind): Promise<Rates> {
  const found = new Map<number, number>();
  for (const workers of WORKERS) {
    // What computes gains nothing from more tasks than the cores can do meanwhile.
    const tasks = TASKS_PER_WORKER * (kind === "wait" ? workers : Math.min(workers, 2));
    found.set(workers, await tasksPerSecond(server, { kind, workers, tasks }));
  }
  return found;
}

function figures(of: Rates, workers: number): [string, string] {
  return [(of.get(workers) ?? 0).toFixed(1), speedUp(of, workers).toFixed(1)];
}

function speedUp(of: Rates, workers: number): number {
  return (of.get(workers) ?? 0) / (of.get(1) ?? 1);
}

function plotOf(waiting: Rates, computing: Rates): string {
  const points = (of: Rates) => WORKERS.map((workers) => [workers, speedUp(of, workers)] as const);
  return svgOf({
    title: `Speed-up of a queue of ${TASK_MS} ms tasks`,
    x: { label: "workers", ticks: WORKERS },
    y: { label: "times as fast as one worker", ticks: WORKERS },
    isLogarithmic: true,
    series: [
      { name: "tasks wait", points: points(waiting) },
      { name: "tasks compute", points: points(computing) },
      { name: "ideal", points: WORKERS.map((workers) => [workers, workers]), isDashed: true },
    ],
  });
}
