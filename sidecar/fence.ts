// Renews the instance's claim while its program runs. Who cannot renew leaves in time: the sidecar's end is the program's.
import { CLAIM, renewClaim } from "#functions/aws/claim.ts";
import { claimantOf, type Instance } from "./instance.ts";
import type { SidecarWorld } from "./world.ts";

/** Resolves when the program must be ended: another has the claim, or the lease is about to end. Never, when `signal` ends it first. */
export async function keepClaim(
  world: SidecarWorld,
  instance: Instance,
  signal: AbortSignal,
): Promise<"lost" | "late" | undefined> {
  const me = claimantOf(instance);
  let until = instance.leaseUntil ?? world.now() + CLAIM.leaseSeconds * 1000;
  while (!signal.aborted) {
    if (world.now() >= until - CLAIM.stopSeconds * 1000) return "late";
    try {
      const renewed = await orTooLate(world, renewClaim(world.store, me, world.now), until);
      if (renewed === undefined) return signal.aborted ? undefined : "lost";
      if (renewed !== "late") until = renewed;
    } catch (error) {
      world.log.warn("The claim could not be renewed; it is tried again.", { error });
    }
    const left = until - CLAIM.stopSeconds * 1000 - world.now();
    const rest = Math.min(CLAIM.renewSeconds * 1000, Math.max(0, left));
    await world.pause(rest, signal);
  }
  return undefined;
}

/** A call that hangs must not outlast the lease. */
async function orTooLate<T>(
  { pause, now }: SidecarWorld,
  work: Promise<T>,
  until: number,
): Promise<T | "late"> {
  const over = new AbortController();
  const wait = Math.max(0, until - CLAIM.stopSeconds * 1000 - now());
  try {
    return await Promise.race([work, pause(wait, over.signal).then(() => "late" as const)]);
  } finally {
    over.abort();
    work.catch(() => undefined);
  }
}
