// One scheduling cycle, run when a `decide` message wakes it. What it places is started by ../launch.ts.
import type { World } from "#functions/world.ts";
import { commit } from "./commit.ts";
import { type Decision, decide } from "./decide.ts";
import { letGo, takeLease } from "./lease.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";

/** A bound on looking again, so that a storm of lost races cannot hold the lease for ever: the next wake-up goes on. */
const ROUNDS = 8;

/** Answers how many instances held capacity when it last looked; none when another scheduler is at work. */
export async function schedule(world: World): Promise<number> {
  const lease = await takeLease(world);
  if (lease === undefined) return 0;
  for (let round = 1; ; round++) {
    // 1. Look. 2. Decide. 3. Commit: a placement holds only if nothing moved since we looked.
    const snapshot = await takeSnapshot(world);
    const decisions = decide(snapshot);
    const lost = await commit(world, lease, decisions.filter(firstWaits()));

    // 4. Somebody moved first, or there is more behind what was seen: look again.
    const isMore = lost > 0 || isPartial(snapshot, decisions);
    if (isMore && round < ROUNDS) continue;
    if (isMore) await world.queues.decide.send([{}]);
    if (await letGo(world, lease))
      return snapshot.placements.reduce((sum, { live }) => sum + live, 0);
  }
}

/** A reason is stored for the first in line of each user; for the others it is derived when read (why.ts). */
function firstWaits(): (decision: Decision) => boolean {
  const told = new Set<string>();
  return (decision) => {
    if (decision.kind !== "wait") return true;
    const share = shareOf(decision.waiting);
    if (told.has(share)) return false;
    told.add(share);
    return true;
  };
}

/** The cycle had placed its fill, or all that was seen of a longer line got in. */
function isPartial(snapshot: Snapshot, decisions: readonly Decision[]): boolean {
  if (placedBy(decisions) >= snapshot.placedPerCycle) return true;
  const left = new Map([...snapshot.partial].map((share) => [share, 0]));
  const admitted = new Set(
    decisions.flatMap((decision) => (decision.kind === "admit" ? [decision.waiting] : [])),
  );
  for (const waiting of snapshot.waiting) {
    const share = shareOf(waiting);
    if (left.has(share) && !admitted.has(waiting)) left.set(share, (left.get(share) ?? 0) + 1);
  }
  return [...left.values()].some((n) => n === 0);
}

const shareOf = ({ tenant, user }: { tenant: string; user: string }) => `${tenant}#${user}`;

function placedBy(decisions: readonly Decision[]): number {
  let placed = 0;
  for (const decision of decisions) {
    if (decision.kind === "grow") placed += decision.add;
    if (decision.kind === "admit") for (const n of decision.start.values()) placed += n;
  }
  return placed;
}
