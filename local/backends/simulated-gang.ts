// How a simulated backend ends the nodes of a gang together.
import { gangKey } from "#functions/gang-request.ts";
import type { InstanceId, Outcome } from "#shared/instance.ts";

export interface EndedNode {
  readonly instance: InstanceId;
  readonly outcome?: Outcome;
  /** It was told to stop. */
  readonly stopReason?: Outcome;
}

/** Why the others end too; undefined when they needn't. */
export function whyOthersEnd({ instance, outcome, stopReason }: EndedNode): Outcome | undefined {
  if (instance.index === 0)
    return { kind: "cancelled", by: "zoe", reason: "Node 0 of its gang has ended." };
  if (stopReason !== undefined || outcome?.kind === "cancelled") return undefined;
  const why = outcome !== undefined && "reason" in outcome ? ` ${outcome.reason}` : "";
  return { kind: "lost", reason: `Node ${instance.index} ended before node 0.${why}` };
}

export function isOfGang(instance: InstanceId): (other: { instance: InstanceId }) => boolean {
  return (other) => gangKey(other.instance) === gangKey(instance);
}

/** Nodes of the same gang in another generation. */
export function isOfOther({ executionId, service, generation }: InstanceId) {
  return ({ instance }: { instance: InstanceId }) =>
    instance.executionId === executionId &&
    instance.service === service &&
    instance.generation !== generation;
}
