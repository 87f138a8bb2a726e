// What the nodes of a gang are told of each other when they are launched, and which requests of a call belong to one gang.
import type { InstanceId, Outcome } from "#shared/instance.ts";
import { slotsOf } from "#shared/zapp/slots.ts";
import type { GangService } from "#shared/zapp.ts";
import type { GangRequest, LaunchRequest } from "./backend.ts";
import { AGENT_EXIT, INCOMPLETE } from "./gang-program.ts";

export function gangRequest(service: GangService, { executionId, index }: InstanceId): GangRequest {
  return {
    ...{ node: index, nodes: service.count, slots: slotsOf(service) },
    ...{ startWithinSeconds: service.startWithinSeconds, secret: gangSecretName(executionId) },
  };
}

/** Parameters have no dots in their names, so that none is called like this. */
export function gangSecretName(executionId: string): string {
  return `${executionId}.gang.secret`;
}

/** The same for all nodes of one generation. */
export function gangKey({ executionId, service, generation }: InstanceId): string {
  return `${executionId}/${service}.${generation}`;
}

/** What is launched together: the nodes of a gang, in order; every other instance by itself. */
export function launchedTogether(requests: readonly LaunchRequest[]): LaunchRequest[][] {
  const groups = new Map<string, LaunchRequest[]>();
  for (const [position, request] of requests.entries()) {
    const key = request.gang ? gangKey(request.instance) : String(position);
    groups.set(key, [...(groups.get(key) ?? []), request]);
  }
  return [...groups.values()].map((group) =>
    group.sort((a, b) => (a.gang?.node ?? 0) - (b.gang?.node ?? 0)),
  );
}

/** Where the gang, and not its program, is the reason. */
export function outcomeOfNode(exitCode: number | null): Outcome | undefined {
  if (exitCode === AGENT_EXIT.lostNode)
    return { kind: "lost", reason: "A node of its gang was lost: see its log for which." };
  if (exitCode === AGENT_EXIT.incomplete) return { kind: "interrupted", reason: INCOMPLETE };
  return undefined;
}
