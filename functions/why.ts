// Why an execution waits, in plain words with numbers: its own reason where the scheduler looked at it, else its place in line, derived when read.
import { isHeldBack, whyHeldBack } from "#shared/after.ts";
import type { Execution, WaitReason } from "#shared/execution.ts";
import { more, type Placement } from "#shared/placement.ts";
import { rowOf } from "./cancel.ts";
import { isWindingUp } from "./gang.ts";
import { keys, read, shards, waitingPartition } from "./records.ts";
import { readPlacements } from "./view.ts";
import type { World } from "./world.ts";

/** Rows counted ahead of it, per shard, before the answer says "more than". */
const MOST_COUNTED = 5000;

export async function why(world: World, execution: Execution): Promise<WaitReason[]> {
  if (execution.state === "ended" || execution.state === "ending") return [];
  if (execution.state !== "queued") return whyNotMore(world, execution);
  if (isHeldBack(execution)) return [whyHeldBack(execution.after ?? [])];
  const ahead = await countAhead(world, execution);
  const place = ahead.n > 0 ? [await placeInLine(world, execution, ahead)] : [];
  if (execution.waiting !== undefined) return [execution.waiting, ...place];
  return place.length > 0
    ? place
    : [{ code: "new", text: "It has just come: the scheduler looks at it next." }];
}

interface Ahead {
  readonly n: number;
  readonly isMore: boolean;
  readonly first: string | undefined;
}

async function countAhead(world: World, execution: Execution): Promise<Ahead> {
  const own = keys.waiting(rowOf(execution));
  const lists = await Promise.all(
    shards.map((shard) => countBefore(world, waitingPartition(execution, shard), own.sk)),
  );
  const firsts = lists.flatMap(({ first }) => (first === undefined ? [] : [first])).sort();
  return {
    n: lists.reduce((sum, { n }) => sum + n, 0),
    isMore: lists.some(({ n }) => n >= MOST_COUNTED),
    first: firsts[0]?.split("#").at(-1),
  };
}

async function countBefore(
  world: World,
  pk: string,
  to: string,
): Promise<{ n: number; first: string | undefined }> {
  let n = 0;
  let first: string | undefined;
  let cursor: string | undefined;
  do {
    const page = await world.store.query({ pk, to, limit: 1000, ...(cursor && { cursor }) });
    first ??= page.items[0]?.sk;
    n += page.items.length;
    cursor = page.cursor;
  } while (cursor !== undefined && n < MOST_COUNTED);
  return { n, first };
}

async function placeInLine(
  world: World,
  execution: Execution,
  { n, isMore, first }: Ahead,
): Promise<WaitReason> {
  const item = first === undefined ? undefined : await world.store.get(keys.execution(first));
  const reason = item && read.execution(item).waiting?.text;
  const count = `${isMore ? "more than " : ""}${n.toLocaleString("en")} ${n === 1 ? "other" : "others"}`;
  return {
    code: "behind",
    text: `Behind ${count} of ${execution.user}${reason === undefined ? "." : `; the first: ${reason}`}`,
    help: "A higher priority moves it forward; stopping what is no longer needed shortens the line.",
  };
}

/** It starts or runs, and could use more than it has, or has nothing to do. */
async function whyNotMore(world: World, execution: Execution): Promise<WaitReason[]> {
  const placements = await readPlacements(world, execution);
  const reasons = placements.flatMap((placement) => whyShort(placement, world.now()) ?? []);
  const isWorking =
    placements.some(({ live }) => live > 0) || placements.every(({ run }) => run !== "worker");
  return reasons.length > 0 || isWorking ? reasons : [nothingToDo(execution)];
}

function whyShort(placement: Placement, now: number): WaitReason | undefined {
  const { service, live, running, want, retrying, retryDue = 0, ready, after } = placement;
  if (!ready) return { code: "after", text: `${service} waits until ${after.join(" and ")} runs.` };
  if (isWindingUp(placement)) {
    const text = `The ${live} nodes of ${service} that still run are being stopped: ${reasonOf(placement)}`;
    return { code: "windingUp", text };
  }
  if (retrying > 0 && retryDue > now) {
    const seconds = Math.ceil((retryDue - now) / 1000);
    const text = `${retrying} of ${service} failed and run again, the first in ${seconds} s.`;
    return { code: "backoff", text };
  }
  if (more(placement, now) > 0)
    return {
      code: "room",
      text: `${service} has ${live} of the ${want} instances it could use: there is no room for more.`,
    };
  if (live <= running) return undefined;
  return {
    code: "starting",
    text: `${live - running} of ${service} are placed, and wait for the ${placement.backend} engine to start them.`,
  };
}

function reasonOf({ gang }: Placement): string {
  const verdict = gang?.verdict;
  return verdict && "reason" in verdict && verdict.reason ? verdict.reason : "node 0 has ended.";
}

function nothingToDo({ draining }: Execution): WaitReason {
  if (draining)
    return { code: "draining", text: "It is being drained: its workers lease no more tasks." };
  return {
    code: "noTasks",
    text: "It waits for tasks: its queues are empty.",
    help: "Put tasks into its queue, or close it.",
  };
}
