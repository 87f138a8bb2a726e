// Makes decisions so, each on condition of the scheduler's epoch and of what it was decided from. What was placed is started by ../launch.ts.

import { newGang } from "#functions/gang.ts";
import { Items } from "#functions/instances.ts";
import {
  dueItem,
  executionItem,
  type Instance,
  instanceItem,
  keys,
  movesItem,
  placementItem,
  read,
} from "#functions/records.ts";
import type { Action, Key } from "#functions/store.ts";
import type { World } from "#functions/world.ts";
import type { Move } from "#shared/event.ts";
import { type Execution, transition } from "#shared/execution.ts";
import type { LaunchMessage } from "#shared/message.ts";
import { type Ask, type Placement, placedGeneration } from "#shared/placement.ts";
import type { Decision } from "./decide.ts";
import { type Lease, whileHeld } from "./lease.ts";
import { takeRetries } from "./retries.ts";

type Admit = Extract<Decision, { kind: "admit" }>;
type Grow = Extract<Decision, { kind: "grow" }>;

/** One decision as store actions, and the launches that follow when they hold. */
interface Step {
  readonly actions: readonly Action[];
  readonly launches: readonly LaunchMessage[];
}

/** Actions of several decisions share a transaction, below the store's limit of 100. */
const ACTIONS_TOGETHER = 60;

/** How many decisions were lost to a race: their executions are looked at again. */
export async function commit(
  world: World,
  lease: Lease,
  decisions: readonly Decision[],
): Promise<number> {
  const executions = await Items.read(world, decisions.flatMap(executionKeys));
  const steps = await Promise.all(decisions.map((decision) => stepOf(world, executions, decision)));
  const groups = grouped(steps.filter((step) => step !== undefined));
  const lost = await Promise.all(groups.map((group) => commitGroup(world, lease, group)));
  return lost.reduce((sum, n) => sum + n, 0);
}

function grouped(steps: readonly Step[]): Step[][] {
  const groups: Step[][] = [];
  let size = Infinity;
  for (const step of steps) {
    if (size + step.actions.length > ACTIONS_TOGETHER) {
      groups.push([]);
      size = 1;
    }
    groups.at(-1)?.push(step);
    size += step.actions.length;
  }
  return groups;
}

/** All of a group at once; when one is lost, each by itself. */
async function commitGroup(world: World, lease: Lease, group: readonly Step[]): Promise<number> {
  const actions = [whileHeld(lease), ...group.flatMap((step) => step.actions)];
  const reply = await world.store.transact(actions);
  if (reply.kind === "committed") {
    const launches = group.flatMap((step) => step.launches);
    if (launches.length > 0) await world.queues.launch.send(launches);
    return 0;
  }
  if (group.length === 1) return 1;
  const lost = await Promise.all(group.map((step) => commitGroup(world, lease, [step])));
  return lost.reduce((sum, n) => sum + n, 0);
}

/** What is decided about one that waits is written to the execution itself. */
function executionKeys(decision: Decision): Key[] {
  return "waiting" in decision ? [keys.execution(decision.waiting.executionId)] : [];
}

async function stepOf(
  world: World,
  executions: Items,
  decision: Decision,
): Promise<Step | undefined> {
  switch (decision.kind) {
    case "admit":
      return admission(world, executions, decision);
    case "grow":
      return growth(world, decision);
    case "reclaim":
      return reclaiming(decision.placement);
    case "wait":
      return explanation(executions, decision);
  }
}

/** The execution leaves the waiting list and holds capacity. */
function admission(world: World, executions: Items, { waiting, start }: Admit): Step | undefined {
  const item = executions.get(keys.execution(waiting.executionId));
  if (item === undefined) return undefined;
  const now = world.now();
  const { waiting: _reason, ...execution } = read.execution(item);
  const started = transition(execution, "starting", { startedAt: execution.startedAt ?? now });
  if (started === undefined) return dropRow(waiting);
  const placements = waiting.asks.map((ask) =>
    placementOf(waiting, ask, start.get(ask.service) ?? 0, now),
  );
  const moves: Move[] = [
    {
      at: now,
      of: "execution",
      from: execution.state,
      to: "starting",
      text: placedText(placements),
    },
  ];
  return {
    actions: [
      { kind: "delete", key: keys.waiting(waiting), condition: { exists: true } },
      { kind: "put", item: executionItem(started), condition: { version: item.version } },
      ...placements.map(
        (placement): Action => ({
          kind: "put",
          item: placementItem(placement),
          condition: { absent: true },
        }),
      ),
      { kind: "put", item: movesItem(execution.id, now, world.newId("mov"), moves) },
      ...timeLimit(started, now),
    ],
    launches: placements.flatMap((placement) => startsOf(placement, 0, placement.live)),
  };
}

/** When its time will be up, for the sweep to find. */
export function timeLimit({ id, maxTimeSeconds }: Execution, now: number): Action[] {
  if (maxTimeSeconds === undefined) return [];
  const at = now + maxTimeSeconds * 1000;
  return [{ kind: "put", item: dueItem({ executionId: id, kind: "time", at }) }];
}

/** A row whose execution is no longer queued has been overtaken by a stop. */
function dropRow(waiting: Admit["waiting"]): Step {
  return { actions: [{ kind: "delete", key: keys.waiting(waiting) }], launches: [] };
}

function placementOf(waiting: Admit["waiting"], ask: Ask, live: number, now: number): Placement {
  const { executionId, tenant, user, priority, createdAt } = waiting;
  return {
    ...ask,
    ...{ executionId, tenant, user, priority, createdAt },
    ...{ next: live, live, running: 0, succeeded: 0, failed: 0, cancelled: 0, retrying: 0 },
    ...{ slots: ask.run === "array" ? live : 0, strikes: 0, stopped: false },
    ...{ cpuSeconds: 0, wallSeconds: 0, peakMemoryMib: 0 },
    ...(ask.run === "gang" && { gang: newGang(1, now) }),
  };
}

function placedText(placements: readonly Placement[]): string {
  const list = placements.map(
    ({ service, live, backend }) => `${live} of ${service} on ${backend}`,
  );
  return `Placed: ${list.join(", ")}.`;
}

function startsOf(placement: Placement, from: number, to: number): LaunchMessage[] {
  if (to <= from) return [];
  const { executionId, service } = placement;
  return [{ kind: "start", executionId, service, from, to, generation: 1 }];
}

/** More retries at once would not fit a transaction; the rest comes in the next cycle. */
const RETRIES_TOGETHER = 20;

/** Instances that wait for another try come first, then fresh ones. */
async function growth(world: World, { placement, add }: Grow): Promise<Step | undefined> {
  if (placement.run === "gang") return regrouping(placement, world.now());
  const most = Math.min(add, RETRIES_TOGETHER);
  const { taken, nextDue } =
    placement.retrying > 0
      ? await takeRetries(world, placement, most)
      : { taken: [], nextDue: undefined };
  const left = placement.run === "worker" ? Infinity : placement.count - placement.next;
  const fresh = Math.min(add - taken.length, left);
  const live = placement.live + taken.length + fresh;
  if (live === placement.live) return undefined;
  const { executionId, service, next, retrying } = placement;
  const set = {
    ...{ live, next: next + fresh, retrying: retrying - taken.length, retryDue: nextDue },
    ...(placement.run === "array" && { slots: live }),
  };
  const condition = { equals: { live: placement.live, next, retrying, stopped: false } };
  return {
    actions: [
      { kind: "update", key: keys.placement(executionId, service), set, condition },
      ...taken.flatMap((instance) => replaced(instance, world.now())),
    ],
    launches: [...startsOf(placement, next, next + fresh), ...taken.map(startOf)],
  };
}

/** The next generation of a gang, all of it. None of its nodes needs a record: they are derived. */
function regrouping(placement: Placement, now: number): Step {
  const { executionId, service, count, next, live, retrying } = placement;
  const gang = newGang(placedGeneration(placement) + 1, now);
  const set = { ...{ live: next, retrying: 0, retryDue: undefined }, gang: gang as never };
  const condition = { equals: { live, next, retrying, stopped: false } };
  const key = keys.placement(executionId, service);
  const { generation } = gang;
  return {
    actions: [{ kind: "update", key, set, condition }],
    launches: [{ kind: "start", executionId, service, from: 0, to: count, generation }],
  };
}

/** The next generation, placed; the one before no longer asks for it. */
export function replaced(ended: Instance, now: number): Action[] {
  const { retryAt: _due, ...before } = ended;
  const { executionId, service, index, generation, label } = ended;
  const next: Instance = {
    ...{ executionId, service, index, generation: generation + 1, state: "placed", changedAt: now },
    ...(label !== undefined && { label }),
  };
  return [
    { kind: "put", item: instanceItem(before), condition: { exists: true } },
    { kind: "put", item: instanceItem(next), condition: { absent: true } },
  ];
}

export function startOf(ended: Instance): LaunchMessage {
  const { executionId, service, index, generation } = ended;
  return {
    kind: "start",
    executionId,
    service,
    from: index,
    to: index + 1,
    generation: generation + 1,
  };
}

function reclaiming(placement: Placement): Step {
  const key = keys.placement(placement.executionId, placement.service);
  return { actions: [{ kind: "update", key, set: { slots: 0 } }], launches: [] };
}

/** A reason is written only when it changes. */
function explanation(
  executions: Items,
  { waiting, reason }: Extract<Decision, { kind: "wait" }>,
): Step | undefined {
  const item = executions.get(keys.execution(waiting.executionId));
  if (item === undefined) return undefined;
  const execution = read.execution(item);
  if (execution.state !== "queued") return dropRow(waiting);
  if (execution.waiting?.text === reason.text) return undefined;
  return {
    actions: [
      {
        kind: "put",
        item: executionItem({ ...execution, waiting: reason }),
        condition: { version: item.version },
      },
    ],
    launches: [],
  };
}
