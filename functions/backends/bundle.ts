// What one call to AWS starts: copies of a service, in one generation, whose indices follow one another.
import type { LaunchRequest } from "#functions/backend.ts";
import type { InstanceId } from "#shared/instance.ts";

export interface BundleId {
  readonly executionId: string;
  readonly service: string;
  readonly generation: number;
  /** The first index. */
  readonly from: number;
  readonly size: number;
  /** One more after every call that AWS refused: a refused call's token and name are not used again. */
  readonly attempt: number;
}

export interface Bundle extends BundleId {
  /** In the order of their indices; at least one. */
  readonly requests: readonly [LaunchRequest, ...LaunchRequest[]];
}

/** Requests that may share a call, at most `most` of them: the same but for their index. */
export function bundles(
  requests: readonly LaunchRequest[],
  most: (request: LaunchRequest) => number,
): (readonly [LaunchRequest, ...LaunchRequest[]])[] {
  const sorted = [...requests].sort(byPlace);
  const groups: [LaunchRequest, ...LaunchRequest[]][] = [];
  for (const request of sorted) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (last && sameInstance(last.instance, request.instance)) continue;
    if (group && last && follows(last.instance, request.instance) && group.length < most(request))
      group.push(request);
    else groups.push([request]);
  }
  return groups;
}

export function instanceAt({ executionId, service, generation, from }: BundleId, offset: number) {
  return { executionId, service, generation, index: from + offset } satisfies InstanceId;
}

export function sameInstance(a: InstanceId, b: InstanceId): boolean {
  return sameService(a, b) && a.index === b.index;
}

function follows(a: InstanceId, b: InstanceId): boolean {
  return sameService(a, b) && b.index === a.index + 1;
}

function sameService(a: InstanceId, b: InstanceId): boolean {
  return (
    a.executionId === b.executionId && a.service === b.service && a.generation === b.generation
  );
}

function byPlace({ instance: a }: LaunchRequest, { instance: b }: LaunchRequest): number {
  return (
    compare(a.executionId, b.executionId) ||
    compare(a.service, b.service) ||
    a.generation - b.generation ||
    a.index - b.index
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : Number(a > b));
