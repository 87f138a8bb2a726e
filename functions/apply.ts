// What events of instances change, pure: their records, the counts of their placements, and what follows. observe.ts stores it in one transaction.
import type { Move } from "#shared/event.ts";
import {
  type InstanceState,
  instanceName,
  type Outcome,
  transition,
  type Usage,
} from "#shared/instance.ts";
import type { LaunchMessage } from "#shared/message.ts";
import { type Placement, placedGeneration } from "#shared/placement.ts";
import type { InstanceEvent } from "./backend.ts";
import { nodeEnded } from "./gang.ts";
import type { Instance } from "./records.ts";
import { retryTime } from "./retry-rule.ts";

/** What is known of one execution while events are applied; changed in place. */
export interface Scene {
  readonly now: number;
  readonly isStopping: boolean;
  readonly placements: Map<string, Placement>;
  /** The latest generation of each index concerned, by `service-index`. */
  readonly instances: Map<string, Instance>;
  readonly changed: Set<string>;
  readonly moves: Move[];
  readonly launches: LaunchMessage[];
  /** Seconds from now at which a decision is due: capacity came free, or a retry may start. */
  readonly wakes: Set<number>;
}

export const indexName = (of: { service: string; index: number }) => `${of.service}-${of.index}`;

/** An event of an older generation, or one that the state table does not allow, changes nothing. */
export function apply(scene: Scene, event: InstanceEvent): void {
  const instance = scene.instances.get(indexName(event.instance));
  const placement = scene.placements.get(event.instance.service);
  if (instance === undefined || placement === undefined) return;
  if (event.instance.generation !== instance.generation) return;
  if (event.instance.index >= placement.next) return;
  if (event.kind === "running") begin(scene, placement, instance, event);
  else end(scene, placement, instance, event);
}

function begin(
  scene: Scene,
  placement: Placement,
  instance: Instance,
  event: Extract<InstanceEvent, { kind: "running" }>,
): void {
  const moved = move(scene, instance, "running");
  if (moved === undefined) return;
  keep(scene, { ...moved, startedAt: event.at, backendId: event.backendId });
  scene.placements.set(placement.service, { ...placement, running: placement.running + 1 });
  becomeReady(scene);
}

/** Services that come `after` others may go once each of those has run. */
function becomeReady(scene: Scene): void {
  for (const placement of scene.placements.values()) {
    if (placement.ready) continue;
    const isReady = placement.after.every((name) => hasRun(scene.placements.get(name)));
    if (!isReady) continue;
    const { executionId, service, next, gang } = placement;
    scene.placements.set(service, {
      ...{ ...placement, ready: true },
      ...(gang && { gang: { ...gang, since: scene.now } }),
    });
    if (next > 0)
      scene.launches.push({
        kind: "start",
        executionId,
        service,
        from: 0,
        to: next,
        generation: placedGeneration(placement),
      });
    scene.wakes.add(0);
  }
}

function hasRun(placement: Placement | undefined): boolean {
  return placement !== undefined && placement.running + placement.succeeded + placement.failed > 0;
}

function end(
  scene: Scene,
  placement: Placement,
  instance: Instance,
  event: Extract<InstanceEvent, { kind: "ended" }>,
): void {
  const wasRunning = instance.startedAt !== undefined && instance.state !== "ended";
  // A short program's beginning is told with its end.
  const began = event.startedAt === undefined ? undefined : move(scene, instance, "running");
  const moved = move(scene, began ?? instance, "ended", event.outcome);
  if (moved === undefined) return;
  const isNode = placement.gang !== undefined;
  const ownRetry = isNode
    ? undefined
    : retryTime(scene, placement, instance.generation, event.outcome);
  const startedAt = instance.startedAt ?? event.startedAt;
  keep(scene, {
    ...moved,
    endedAt: event.at,
    outcome: event.outcome,
    ...(startedAt !== undefined && { startedAt }),
    ...(event.usage && { usage: event.usage }),
    ...(ownRetry !== undefined && { retryAt: ownRetry }),
  });
  const counted = count(placement, event.outcome, ownRetry !== undefined);
  const used = addUsage(counted, event.usage);
  const ended = {
    ...used,
    live: placement.live - 1,
    running: placement.running - Number(wasRunning),
    ...(ownRetry !== undefined && { retryDue: Math.min(placement.retryDue ?? Infinity, ownRetry) }),
  };
  const retryAt = isNode ? endNode(scene, ended, instance, event.outcome) : ownRetry;
  if (!isNode) scene.placements.set(placement.service, ended);
  // Also when it never ran, and failed for good: those that come after it would wait for ever.
  becomeReady(scene);
  if (!passOn(scene, placement.service)) scene.wakes.add(0);
  if (retryAt !== undefined) scene.wakes.add(Math.ceil((retryAt - scene.now) / 1000));
}

/** When the gang's next generation is due. */
function endNode(
  scene: Scene,
  placement: Placement,
  { index }: Instance,
  outcome: Outcome,
): number | undefined {
  const { placement: judged, stops, retryAt } = nodeEnded(scene, placement, { index }, outcome);
  const { executionId, service } = judged;
  scene.placements.set(service, judged);
  if (stops) scene.launches.push({ kind: "stop", executionId, gang: service });
  return retryAt;
}

/** The array's free slot goes to its next child at once: what is held does not change, so no decision is needed. */
function passOn(scene: Scene, service: string): boolean {
  const placement = scene.placements.get(service);
  if (placement === undefined || placement.run !== "array" || scene.isStopping || placement.stopped)
    return false;
  if (placement.live >= placement.slots || placement.next >= placement.count) return false;
  const { executionId, next } = placement;
  scene.placements.set(service, { ...placement, live: placement.live + 1, next: next + 1 });
  scene.launches.push({
    kind: "start",
    executionId,
    service,
    from: next,
    to: next + 1,
    generation: 1,
  });
  return true;
}

function count(placement: Placement, outcome: Outcome, isRetried: boolean): Placement {
  if (isRetried) return { ...placement, retrying: placement.retrying + 1 };
  if (placement.run === "worker") return strike(placement, outcome);
  if (placement.run === "gang") return { ...placement, cancelled: placement.cancelled + 1 };
  if (outcome.kind === "succeeded") return { ...placement, succeeded: placement.succeeded + 1 };
  if (outcome.kind === "cancelled") return { ...placement, cancelled: placement.cancelled + 1 };
  return { ...placement, failed: placement.failed + 1, failure: outcome };
}

/**
 * Workers come and go. One that was taken away, with its machine or with the control plane, says nothing about its program. tick.ts
 * forgets the strikes as soon as a task is done, or none is left.
 */
function strike(placement: Placement, outcome: Outcome): Placement {
  const isOwn = outcome.kind !== "lost" && outcome.kind !== "interrupted";
  const strikes = placement.strikes + (isOwn ? 1 : 0);
  if (outcome.kind === "succeeded")
    return { ...placement, strikes, succeeded: placement.succeeded + 1 };
  if (outcome.kind === "cancelled") return { ...placement, cancelled: placement.cancelled + 1 };
  return { ...placement, strikes, failed: placement.failed + 1, failure: outcome };
}

function addUsage(placement: Placement, usage: Usage | undefined): Placement {
  if (usage === undefined) return placement;
  return {
    ...placement,
    cpuSeconds: placement.cpuSeconds + usage.cpuSeconds,
    wallSeconds: placement.wallSeconds + usage.wallSeconds,
    peakMemoryMib: Math.max(placement.peakMemoryMib, usage.peakMemoryMib),
  };
}

function move(
  scene: Scene,
  instance: Instance,
  state: InstanceState,
  outcome?: Outcome,
): Instance | undefined {
  const moved = transition(instance, state);
  if (moved === undefined) return undefined;
  const name = instanceName(instance);
  scene.moves.push({
    ...{ at: scene.now, of: "instance", instance: name, from: instance.state, to: state },
    ...(outcome && { outcome }),
  });
  return { ...moved, changedAt: scene.now };
}

function keep(scene: Scene, instance: Instance): void {
  scene.instances.set(indexName(instance), instance);
  scene.changed.add(indexName(instance));
}
