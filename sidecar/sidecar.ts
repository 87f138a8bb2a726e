// Beside the program: answers its runtime API, keeps its claim, sees it end, stages its outputs out, and ends with its code.
import { endClaim } from "#functions/aws/claim.ts";
import { type Orders, readOrders, untold } from "#functions/aws/orders.ts";
import type { Runtime } from "#functions/runtime-api/runtime.ts";
import { EXIT } from "#shared/container-group.ts";
import { keepClaim } from "./fence.ts";
import { claimantOf, type Instance, nameOf, ownerOf } from "./instance.ts";
import { codeOfNode } from "./node.ts";
import { Notes } from "./notes.ts";
import { stageOut } from "./stage-out.ts";
import type { ContainerLook, SidecarWorld } from "./world.ts";

/** Between two looks at the program, and at what the control plane orders. */
const LOOK_MS = 1000;
const ORDERS_MS = 15_000;
/** For a program that is told to end. */
const ENDING_MS = 10_000;
/** As `timeout` says it. */
const TIMED_OUT = 124;
const TERMINATED = 143;

/** Why it is over. */
type End =
  | { readonly kind: "ended"; readonly code: number }
  | { readonly kind: "fenced"; readonly why: "lost" | "late" }
  | { readonly kind: "timedOut" }
  | { readonly kind: "terminated" };

/** Answers the exit code; with it ECS ends the other containers. `told`: ECS, or Batch, wants the end. */
export async function sidecar(
  world: SidecarWorld,
  instance: Instance,
  told: AbortSignal,
): Promise<number> {
  const over = new AbortController();
  const door = await openDoor(world, instance, over.signal);
  const notes = new Notes(world, instance);
  const end = await firstEnd(world, instance, { notes, told }, over.signal).finally(() =>
    over.abort(),
  );
  world.log.info("The program is over.", { of: nameOf(instance), end });
  await door?.close(end.kind === "ended" && end.code !== 0);
  // Another may have begun: nothing of this one counts any more.
  if (end.kind === "fenced") return EXIT.fenced;
  const isGone = end.kind === "ended" || (end.kind === "terminated" && (await endsSoon(world)));
  await notes.keep();
  const isKept = await stageOut(world, instance, end.kind === "ended" && end.code === 0).then(
    () => true,
    (error: unknown) => notes.fails("Its outputs could not be kept.", error),
  );
  // A program that was told to end may run on for a while: then the lease's own end lets the next generation begin.
  if (instance.spec.isFenced && isGone)
    await endClaim(world.store, claimantOf(instance)).catch(() => {});
  const code = codeOf(end, isKept === true);
  return end.kind === "ended" && instance.spec.gang ? codeOfNode(code) : code;
}

function codeOf(end: Exclude<End, { kind: "fenced" }>, isKept: boolean): number {
  if (end.kind === "timedOut") return TIMED_OUT;
  if (end.kind === "terminated") return TERMINATED;
  return end.code === 0 && !isKept ? EXIT.staging : end.code;
}

function firstEnd(
  world: SidecarWorld,
  instance: Instance,
  { notes, told }: { readonly notes: Notes; readonly told: AbortSignal },
  over: AbortSignal,
): Promise<End> {
  const { isFenced, maxTimeSeconds } = instance.spec;
  const never = new Promise<never>(() => {});
  const fenced = async (): Promise<End> => {
    const why = await keepClaim(world, instance, over);
    return why ? { kind: "fenced", why } : never;
  };
  const timedOut = async (seconds: number): Promise<End> => {
    await world.pause(seconds * 1000, over);
    return over.aborted ? never : { kind: "timedOut" };
  };
  const terminated = new Promise<End>((resolve) => {
    told.addEventListener("abort", () => resolve({ kind: "terminated" }), { once: true });
  });
  return Promise.race([
    programEnd(world, over, notes),
    terminated,
    ...(isFenced ? [fenced()] : []),
    ...(maxTimeSeconds === undefined ? [] : [timedOut(maxTimeSeconds)]),
  ]);
}

/** ECS tells both to end at the same time, and kills after 30 s; outputs take their part of that. */
async function endsSoon(world: SidecarWorld): Promise<boolean> {
  const over = new AbortController();
  const late = world.pause(ENDING_MS, over.signal).then(() => false);
  const ended = programEnd(world, over.signal).then(() => !over.signal.aborted);
  const isGone = await Promise.race([ended, late]);
  over.abort();
  return isGone;
}

async function programEnd(world: SidecarWorld, over: AbortSignal, notes?: Notes): Promise<End> {
  while (!over.aborted) {
    const look = await world.look().catch((error: unknown) => {
      world.log.warn("The task can't be looked at; it is tried again.", { error });
      return undefined;
    });
    const program = look?.containers.find(({ name }) => name === "program");
    if (look) await notes?.see(look);
    if (program?.isStopped) return { kind: "ended", code: exitCodeOf(program) };
    await world.pause(LOOK_MS, over);
  }
  return { kind: "terminated" };
}

/** A container that was never started has none. */
function exitCodeOf({ exitCode }: ContainerLook): number {
  return exitCode ?? 1;
}

interface Door {
  close(killed: boolean): Promise<void>;
}

/** Only workers have tasks to ask for. */
async function openDoor(
  world: SidecarWorld,
  instance: Instance,
  over: AbortSignal,
): Promise<Door | undefined> {
  const { worker, executionId, secret } = instance.spec;
  if (!worker) return undefined;
  const ref = { executionId, queue: worker.queue };
  const name = nameOf(instance);
  const { tasks, now, log, port } = world;
  const runtime: Runtime = await world.openRuntime({ tasks, now, log, port });
  const orders = new LatestOrders(world, instance);
  void orders.follow(over);
  runtime.open(
    {
      ...{ ref, worker: name, idleSeconds: worker.idleSeconds, maxTasks: worker.maxTasks },
      retireAfterSeconds: worker.retireAfterSeconds,
      mayLeave: () => orders.now.mayLeave,
      draining: () => orders.now.isDraining,
      leaves: (reason) => log.info("The worker is told to leave.", { of: name, reason }),
    },
    secret,
  );
  return {
    async close(killed) {
      await runtime.close(ref, name, killed);
      await runtime.stop();
    },
  };
}

class LatestOrders {
  now: Orders;
  readonly #world: SidecarWorld;
  readonly #instance: Instance;

  constructor(world: SidecarWorld, instance: Instance) {
    this.#world = world;
    this.#instance = instance;
    this.now = untold(instance.spec.worker?.mustStay);
  }

  async follow(over: AbortSignal): Promise<void> {
    const { executionId, service } = this.#instance.spec;
    const of = { owner: ownerOf(this.#instance), executionId, service };
    while (!over.aborted) {
      const told = await readOrders(this.#world.store, of).catch(() => undefined);
      this.now = told ?? this.now;
      await this.#world.pause(ORDERS_MS, over);
    }
  }
}
