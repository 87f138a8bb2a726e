// With every look at an execution, what its sidecars cannot know by themselves: whether there are more workers than must stay, and whether it is drained.

import { ownerOf } from "#functions/records.ts";
import type { Store } from "#functions/store.ts";
import { readExecution, readPlacements, readSpec } from "#functions/view.ts";
import type { World } from "#functions/world.ts";
import type { Execution } from "#shared/execution.ts";
import type { Placement } from "#shared/placement.ts";
import { type Orders, readOrders, untold, writeOrders } from "./orders.ts";

/** `work`: the work table, where sidecars look. Written only when it changed; of services without a minimum nothing need be said but a drain. */
export async function tellSidecars(world: World, work: Store, executionId: string): Promise<void> {
  const execution = await readExecution(world, executionId);
  if (execution === undefined || execution.state === "queued" || execution.state === "ended")
    return;
  const spec = await readSpec(world, executionId);
  if (spec === undefined) return;
  const owner = ownerOf(execution.tenant, spec.source);
  for (const placement of await readPlacements(world, execution)) {
    const service = spec.zapp.services.find(({ name }) => name === placement.service);
    if (service?.run !== "worker") continue;
    if (service.count.min === 0 && execution.draining !== true) continue;
    const of = { owner, executionId, service: service.name };
    const orders = ordersFor(execution, placement, service.count.min);
    const told = (await readOrders(work, of)) ?? untold(service.count.min > 0);
    if (told.mayLeave !== orders.mayLeave || told.isDraining !== orders.isDraining)
      await writeOrders(work, of, orders, world.now());
  }
}

function ordersFor({ draining }: Execution, { live }: Placement, min: number): Orders {
  return { mayLeave: live > min, isDraining: draining === true };
}
