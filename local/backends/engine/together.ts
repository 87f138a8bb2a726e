// The nodes of a gang end together: node 0's end ends the others, and another node that ends by itself before it takes all with it.
import { gangKey, outcomeOfNode } from "#functions/gang-request.ts";
import type { InstanceId, Outcome } from "#shared/instance.ts";
import type { Live } from "./live.ts";
import { outcomeOf } from "./outcome.ts";
import type { ProgramEnd } from "./runner.ts";

type Stop = (key: string, reason: Outcome) => void;
type Lives = ReadonlyMap<string, Live>;

const DECIDED: Outcome = { kind: "cancelled", by: "zoe", reason: "Node 0 of its gang has ended." };

/** As soon as it is heard, so that what this does to the others is not mistaken for the reason. */
export function nodeLost(lives: Lives, { request, stopped }: Live, end: ProgramEnd, stop: Stop) {
  const { gang, instance } = request;
  if (gang === undefined || gang.node === 0 || stopped) return;
  const how = end.code === null ? `was ended by ${end.signal}` : `ended with exit code ${end.code}`;
  const reason = `Node ${gang.node} of its gang ${how}, before node 0 had ended.`;
  const outcome = outcomeOfNode(end.code) ?? { kind: "lost", reason };
  for (const key of nodesOf(lives, instance)) stop(key, outcome);
}

/** After node 0's end was told, so that it decides. */
export function nodeTold(lives: Lives, { request }: Live, stop: Stop): void {
  if (request.gang?.node !== 0) return;
  for (const key of nodesOf(lives, request.instance)) stop(key, DECIDED);
}

export function outcomeOfLive(
  { request, stopped }: Live,
  end: ProgramEnd,
  isExact: boolean,
): Outcome {
  const ofGang = request.gang && !stopped ? outcomeOfNode(end.code) : undefined;
  return ofGang ?? outcomeOf(end, stopped, isExact);
}

function nodesOf(lives: Lives, instance: InstanceId): string[] {
  const key = gangKey(instance);
  const nodes = [...lives.values()].filter(
    ({ request }) => request.gang !== undefined && gangKey(request.instance) === key,
  );
  return nodes.map((node) => node.key);
}
