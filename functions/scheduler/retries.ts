// Instances that ended and are due for another generation. Found by their own records, oldest due first.

import { type Instance, instancePrefix, read } from "#functions/records.ts";
import type { World } from "#functions/world.ts";
import type { Placement } from "#shared/placement.ts";
import { queryAll } from "./snapshot.ts";

/** `nextDue`: when the first of those that stay is due. */
export async function takeRetries(
  world: World,
  placement: Pick<Placement, "executionId" | "service">,
  most: number,
): Promise<{ readonly taken: readonly Instance[]; readonly nextDue: number | undefined }> {
  const items = await queryAll(world, {
    pk: `exe#${placement.executionId}`,
    prefix: instancePrefix(placement.service),
  });
  // Of an index only its last generation runs again.
  const latest = new Map(items.map(read.instance).map((instance) => [instance.index, instance]));
  const waiting = [...latest.values()]
    .filter((instance) => instance.retryAt !== undefined)
    .sort((a, b) => (a.retryAt ?? 0) - (b.retryAt ?? 0));
  const due = waiting.filter((instance) => (instance.retryAt ?? 0) <= world.now());
  const taken = due.slice(0, most);
  return { taken, nextDue: waiting[taken.length]?.retryAt };
}
