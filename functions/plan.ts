// The same as a submission, dry: what would run where, whether it would start now, and what is missing if not. Nothing is stored.
import { isHeldBack, whyHeldBack } from "#shared/after.ts";
import type { WaitReason } from "#shared/execution.ts";
import type { Fault } from "#shared/fault.ts";
import type { Ask } from "#shared/placement.ts";
import type { Principal } from "#shared/principal.ts";
import type { Submission } from "#shared/submission.ts";
import { demandAfter } from "./after.ts";
import { prepare } from "./prepare.ts";
import type { Waiting } from "./records.ts";
import { asksOf } from "./scheduler/asks.ts";
import { decide } from "./scheduler/decide.ts";
import { takeSnapshot } from "./scheduler/snapshot.ts";
import type { World } from "./world.ts";

export interface Plan {
  readonly zapp: string;
  readonly services: readonly Ask[];
  readonly starts: "now" | "later" | "with its first task";
  readonly reason?: WaitReason;
  readonly warnings: readonly Fault[];
}

/** Throws what submitting would throw: all faults at once, and what this engine cannot run, by field. */
export async function plan(
  world: World,
  principal: Principal,
  submission: Submission,
): Promise<Plan> {
  await demandAfter(world, principal, submission);
  const id = world.newId("exe");
  const { spec, warnings } = await prepare(world, principal, submission, id);
  const services = asksOf(spec.zapp, world.backends, new Map());
  if (isHeldBack(submission))
    return {
      ...{ zapp: spec.zapp.name, services, warnings, starts: "later" },
      reason: whyHeldBack(submission.after ?? []),
    };
  const waiting: Waiting = {
    ...{
      executionId: id,
      tenant: principal.tenant,
      user: principal.user,
      priority: submission.priority,
    },
    ...{ createdAt: world.now(), zapp: spec.zapp.name, asks: services },
  };
  const snapshot = await takeSnapshot(world);
  const decisions = decide({ ...snapshot, waiting: [...snapshot.waiting, waiting] });
  const mine = decisions.find((decision) => "waiting" in decision && decision.waiting === waiting);
  const common = { zapp: spec.zapp.name, services, warnings };
  if (mine?.kind === "admit") return { ...common, starts: "now" };
  if (mine?.kind === "wait") return { ...common, starts: "later", reason: mine.reason };
  return { ...common, starts: "with its first task" };
}
