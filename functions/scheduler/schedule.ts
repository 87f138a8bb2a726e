// One scheduling cycle, run when a `decide` message wakes it. What it places is started by ../launch.ts.
import type { World } from "#functions/world.ts";
import { commit } from "./commit.ts";
import { decide } from "./decide.ts";
import { letGo, takeLease } from "./lease.ts";
import { takeSnapshot } from "./snapshot.ts";

/** A bound on looking again, so that a storm of lost races cannot hold the lease for ever: the next wake-up goes on. */
const ROUNDS = 8;

export async function schedule(world: World): Promise<void> {
  const lease = await takeLease(world);
  if (lease === undefined) return;
  for (let round = 1; ; round++) {
    // 1. Look. 2. Decide. 3. Commit: a placement holds only if nothing moved since we looked.
    const snapshot = await takeSnapshot(world);
    const decisions = decide(snapshot);
    const lost = await commit(world, lease, decisions);

    // 4. Somebody moved first, or this cycle had placed its fill: look again.
    const isFull = placedBy(decisions) >= snapshot.placedPerCycle;
    if ((lost > 0 || isFull) && round < ROUNDS) continue;
    if (lost > 0 || isFull) await world.queues.decide.send([{}]);
    if (await letGo(world, lease)) return;
  }
}

function placedBy(decisions: ReturnType<typeof decide>): number {
  let placed = 0;
  for (const decision of decisions) {
    if (decision.kind === "grow") placed += decision.add;
    if (decision.kind === "admit") for (const n of decision.start.values()) placed += n;
  }
  return placed;
}
