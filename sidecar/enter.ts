// Before the program: claims the instance, stages its inputs, writes how it starts. 0 lets the program and the sidecar begin; anything else does not.
import { mkdir } from "node:fs/promises";
import { CLAIM, claim, renewClaim } from "#functions/aws/claim.ts";
import { EXIT, FOLDERS } from "#shared/container-group.ts";
import { claimantOf, handOver, type Instance, nameOf } from "./instance.ts";
import { Notes } from "./notes.ts";
import { stageIn } from "./stage-in.ts";
import { writeStart } from "./start.ts";
import { inside, type SidecarWorld } from "./world.ts";

/** Answers the exit code. */
export async function enter(world: SidecarWorld, instance: Instance): Promise<number> {
  if (instance.spec.isFenced && !(await mayRun(world, instance))) {
    world.log.info("Another runs this instance: nothing is done here.", { of: nameOf(instance) });
    return EXIT.duplicate;
  }
  for (const folder of Object.values(FOLDERS))
    if (folder !== FOLDERS.start)
      await mkdir(inside(world, folder), { recursive: true, mode: 0o777 });
  try {
    await stageIn(world, instance);
  } catch (error) {
    await new Notes(world, instance).fails("Its inputs could not be had.", error);
    return EXIT.staging;
  }
  await writeStart(world, instance);
  if (!instance.spec.isFenced) {
    await handOver(world, instance);
    return 0;
  }
  // Inputs may have taken longer than the lease.
  const leaseUntil = await renewClaim(world.store, claimantOf(instance), world.now);
  if (leaseUntil === undefined) return EXIT.duplicate;
  await handOver(world, { ...instance, leaseUntil });
  return 0;
}

/** An older generation may still run until its lease is over: the newer one waits for that. */
async function mayRun(world: SidecarWorld, instance: Instance): Promise<boolean> {
  const deadline = world.now() + 2 * (CLAIM.leaseSeconds + CLAIM.marginSeconds) * 1000;
  for (;;) {
    const reply = await claim(world.store, claimantOf(instance), world.now);
    if (reply.kind !== "held") return reply.kind === "claimed";
    if (world.now() >= deadline) return false;
    await world.pause(Math.max(1000, Math.min(reply.until - world.now(), 10_000)));
  }
}
