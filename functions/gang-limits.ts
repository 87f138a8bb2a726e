// Gangs whose nodes waited for each other for too long are released, and what is left of those that are over is told to stop once more. Part of the sweep.
import type { Outcome } from "#shared/instance.ts";
import type { Placement } from "#shared/placement.ts";
import { isWindingUp, whyIncomplete } from "./gang.ts";
import { keys, movesItem } from "./records.ts";
import type { World } from "./world.ts";

export async function lookAtGangs(world: World, placements: readonly Placement[]): Promise<void> {
  for (const placement of placements) {
    const verdict = whyIncomplete(placement, world.now());
    const isOver =
      verdict === undefined ? isWindingUp(placement) : await release(world, placement, verdict);
    const { executionId, service } = placement;
    if (isOver) await world.queues.launch.send([{ kind: "stop", executionId, gang: service }]);
  }
}

/** On condition that nothing was heard of it meanwhile; else it is looked at again with the next sweep. */
async function release(world: World, placement: Placement, verdict: Outcome): Promise<boolean> {
  const { executionId, service, live, running, retrying, gang } = placement;
  const now = world.now();
  const moves = [
    { at: now, of: "note", text: "reason" in verdict ? String(verdict.reason) : "" },
  ] as const;
  const reply = await world.store.transact([
    {
      kind: "update",
      key: keys.placement(executionId, service),
      set: { gang: { ...gang, verdict } as never },
      condition: { equals: { live, running, retrying } },
    },
    { kind: "put", item: movesItem(executionId, now, world.newId("mov"), moves) },
  ]);
  return reply.kind === "committed";
}
