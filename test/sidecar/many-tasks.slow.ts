// 10,000 tasks through a real sidecar: each ends once, no function stands between lease and outcome, and the process stays within its 128 MiB.
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NODE_OPTIONS } from "./bundle.ts";
import { PROGRAM_ROLE, type SidecarProcess, startSidecar } from "./process.ts";

const TASKS = 10_000;
const MOST_MIB = 128;
const BATCH = 64;

let sidecar: SidecarProcess;
beforeAll(async () => {
  sidecar = await startSidecar();
}, 60_000);
afterAll(() => sidecar.close());

interface Lease {
  readonly lease: string;
  readonly payload: { readonly n: number };
}

/** As a worker's program does: results, and the next leases in the same round trip. */
async function work(): Promise<number> {
  let rounds = 0;
  let leases: readonly Lease[] = [];
  for (;;) {
    const reports = leases.map(({ lease, payload }) => ({
      lease,
      ok: true,
      result: payload.n * 2,
    }));
    const answer = await (reports.length > 0
      ? fetch(`${sidecar.url}/results?next=${BATCH}`, {
          method: "POST",
          body: JSON.stringify(reports),
        })
      : fetch(`${sidecar.url}/next?max=${BATCH}&wait=2`));
    rounds++;
    if (answer.status === 410) return rounds;
    if (answer.status === 204) continue;
    const said = (await answer.json()) as { leases?: readonly Lease[]; leave?: string };
    if (said.leave) return rounds;
    leases = said.leases ?? [];
  }
}

test(`${TASKS} tasks, of 500 characters each`, async () => {
  const before = sidecar.memory();
  const { tasks, ref, calls } = sidecar;
  const all = Array.from({ length: TASKS }, (_, n) => ({ payload: { n, text: "x".repeat(500) } }));
  await tasks.put(ref, all);
  await tasks.close(ref);
  const putCalls = calls.length;
  const started = performance.now();
  await Promise.all([work(), work()]);
  const seconds = (performance.now() - started) / 1000;
  const between = calls.slice(putCalls);
  const memory = sidecar.memory();
  expect(await tasks.counts(ref)).toMatchObject({ put: TASKS, done: TASKS, failed: 0 });
  expect(between.filter(({ principal }) => principal !== PROGRAM_ROLE)).toEqual([]);
  tell(before.now, memory, seconds, between);
  expect(memory.most).toBeLessThanOrEqual(MOST_MIB);
  expect(await sidecar.end(0)).toBe(0);
}, 300_000);

function tell(
  before: number,
  { now, most }: { readonly now: number; readonly most: number },
  seconds: number,
  calls: readonly { readonly service: string; readonly operation: string }[],
): void {
  const bare = bareNode();
  const mib = (value: number) => `${value.toFixed(0)} MiB`;
  console.log(
    `sidecar resident: ${mib(before)} at first, ${mib(now)} after ${TASKS} tasks, ${mib(most)} at most; Node alone, with the same options: ${mib(bare)}`,
  );
  console.log(`${(TASKS / seconds).toFixed(0)} tasks a second over the double`);
  const groups = Object.groupBy(calls, ({ service, operation }) => `${service} ${operation}`);
  for (const [name, all = []] of Object.entries(groups))
    console.log(`${((all.length * 1000) / TASKS).toFixed(1)} ${name} per 1,000 tasks`);
}

function bareNode(): number {
  const script = "console.log(process.memoryUsage.rss() / 1048576)";
  const { stdout } = spawnSync(process.execPath, [...NODE_OPTIONS, "-e", script], {
    encoding: "utf8",
  });
  return Number(stdout);
}
