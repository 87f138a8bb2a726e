// One seed: people submit, a storm of fifteen minutes, then calm, in which all must end and nothing may be left.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BatchFamily } from "#functions/backends/batch/family.ts";
import type { RecordedCall } from "#test/aws/recorder.ts";
import type { Program } from "#test/aws/story/functions-cast.ts";
import { openPlay, type Play, type PlayOptions } from "#test/aws/story/play.ts";
import { echo, worker } from "#test/aws/story/programs.ts";
import { ROOT } from "#test/aws/story/settings.ts";
import { faultsOf, mannersOf, mishapsOf, STORM_MS, timesOf, type Wish, wishesOf } from "./fate.ts";
import { Guard } from "./guard.ts";

/** What is left out, so that its use can be counted. */
export interface Mode {
  readonly isFenced: boolean;
  /** Lost answers of Batch are looked for before anything else is started. */
  readonly reconciles: boolean;
  /** Of the SDK's client for Batch. */
  readonly batchAttempts: number;
}

export const AS_BUILT: Mode = { isFenced: true, reconciles: true, batchAttempts: 1 };

export interface SeedRun {
  readonly violations: readonly string[];
  readonly twice: number;
  readonly calls: number;
  readonly virtualMs: number;
  readonly lines: readonly string[];
}

const CALM_MS = 6 * 3_600_000;
const LOOK_MS = 30_000;
/** After the last end: what still runs by then outlived its execution. */
const GRACE_MS = 480_000;

let catalogue: string | undefined;

/** One zapp is enough, and is read in no time. */
function oneZapp(): string {
  if (catalogue !== undefined) return catalogue;
  catalogue = mkdtempSync(join(tmpdir(), "zoe-zapps-"));
  mkdirSync(join(catalogue, "hello"));
  cpSync(join(ROOT, "zapps/hello/zapp.yaml"), join(catalogue, "hello/zapp.yaml"));
  const folder = catalogue;
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return catalogue;
}

export async function runSeed(
  seed: number,
  mode: Mode = AS_BUILT,
  heard: (call: RecordedCall) => void = () => {},
): Promise<SeedRun> {
  const guard = new Guard();
  let play: Play | undefined;
  let calls = 0;
  let from = Number.NEGATIVE_INFINITY;
  const isStorm = () => play !== undefined && play.clock.now() < from + STORM_MS;
  const options: PlayOptions = {
    ...mannersOf(seed),
    environment: { ZOE_ZAPPS: oneZapp(), ZOE_LOG: "warn" },
    batchAttempts: mode.batchAttempts,
    playing: {
      ...{ watch: guard, isFenced: mode.isFenced },
      mishaps: mishapsOf(seed, isStorm),
    },
    record: (call) => {
      calls++;
      guard.heard(call);
      heard(call);
    },
  };
  const restore = mode.reconciles ? () => {} : withoutReconciliation();
  try {
    play = await openPlay(programOf(seed), options);
    from = play.clock.now();
    play.stand.aws.faults = faultsOf(seed, isStorm);
    await tell(play, wishesOf(seed), guard);
    const virtualMs = play.clock.now() - from;
    await play.close();
    return {
      violations: guard.violations,
      twice: guard.twice,
      calls,
      virtualMs,
      lines: play.lines,
    };
  } finally {
    restore();
  }
}

/** As if a lost answer meant that nothing was started. */
function withoutReconciliation(): () => void {
  const { resolve } = BatchFamily.prototype;
  BatchFamily.prototype.resolve = async () => ({ kind: "absent" });
  return () => {
    BatchFamily.prototype.resolve = resolve;
  };
}

function programOf(seed: number): Program {
  const times = timesOf(seed);
  const working = worker(echo, { together: 4, taskMs: 1000 });
  return async (setting) => {
    if (setting.spec.run === "worker") return working(setting);
    await setting.pause(times());
    return 0;
  };
}

async function tell(play: Play, wishes: readonly Wish[], guard: Guard): Promise<void> {
  const from = play.clock.now();
  const accepted: { readonly id: string; readonly wish: Wish }[] = [];
  for (const wish of wishes.toSorted((a, b) => a.atMs - b.atMs)) {
    await play.pass(Math.max(0, from + wish.atMs - play.clock.now()));
    const id = await play.submit(submissionOf(wish));
    accepted.push({ id, wish });
    if (wish.kind === "worker") await put(play, id, wish.count);
    if (wish.stopAfterMs !== undefined)
      play.clock.after(
        wish.stopAfterMs,
        () => void play.stand.api.ask("DELETE", `/v1/executions/${id}`),
      );
  }
  await play.pass(Math.max(0, from + STORM_MS - play.clock.now()));
  for (const { id, wish } of accepted) await endsWell(play, guard, id, wish);
  for (let ms = 0; ms < GRACE_MS && runs(play).length > 0; ms += 60_000) await play.pass(60_000);
  await nothingIsLeft(play, guard);
}

function runs({ stand }: Play): readonly unknown[] {
  const tasks = stand.ecs.tasks.filter(({ isStopped }) => !isStopped);
  return [...tasks, ...stand.batch.jobs.filter(({ isOver }) => !isOver)];
}

function submissionOf({ kind, count }: Wish): object {
  if (kind === "once") return { zapp: "hello" };
  const common = { name: "main", image: "debian", resources: { cpu: 0.25, memory: "128MiB" } };
  const retry = { attempts: 5, backoff: "1s", on: ["lost", "interrupted"] };
  const service =
    kind === "array"
      ? { ...common, run: "array", count, command: ["true"], retry }
      : {
          ...common,
          run: "worker",
          queue: "tasks",
          command: ["true"],
          count: { min: 0, max: 2 },
          idle: "20s",
        };
  const queues = kind === "worker" ? { queues: { tasks: { lease: "60s", maxAttempts: 3 } } } : {};
  return { description: { version: 4, name: "own", services: [service], ...queues } };
}

async function put(play: Play, id: string, count: number): Promise<void> {
  const tasks = Array.from({ length: count }, (_, n) => ({ id: `t${n}`, payload: { n } }));
  await play.ask("POST", `/v1/executions/${id}/queues/tasks/tasks`, tasks);
  await play.ask("POST", `/v1/executions/${id}/queues/tasks/close`);
}

/** Invariants 1 and 4. */
async function endsWell(
  play: Play,
  guard: Guard,
  id: string,
  { kind, count }: Wish,
): Promise<void> {
  const { state, outcome, queues } = await play.ended(id, CALM_MS, LOOK_MS);
  if (state !== "ended") return guard.violate(1, `${id} (${kind}) is still ${state}.`);
  if (kind !== "worker" || outcome.kind !== "succeeded") return;
  const { put, done, failed } = queues.tasks;
  if (put !== count || done !== count || failed !== 0)
    guard.violate(4, `${id} succeeded with ${JSON.stringify(queues.tasks)} of ${count}.`);
  const { json } = await play.ask("GET", `/v1/executions/${id}/results?limit=1000`);
  const ids = json.items.map(({ task }: { task: string }) => task);
  if (new Set(ids).size !== count || ids.length !== count)
    guard.violate(4, `${id} lists ${ids.length} outcomes of ${count} tasks.`);
}

/** Invariants 3 and 5. */
async function nothingIsLeft(play: Play, guard: Guard): Promise<void> {
  const { stand, clock } = play;
  const left = runs(play).length;
  if (left > 0) guard.violate(5, `${left} tasks and jobs outlive their executions.`);
  const { store } = stand.functions.sweep.world;
  for (let shard = 0; shard < 4; shard++) {
    const { items } = await clock.during(store.query({ pk: `held#${shard}`, limit: 10 }));
    for (const { sk } of items) guard.violate(3, `${sk} still holds capacity.`);
  }
  const dead = stand.sqs.queueAt(stand.queue("dead"))?.counts().visible ?? 0;
  if (dead > 0) guard.violate(1, `${dead} messages were put aside.`);
}
