// How many ranks of a gang run on each of its nodes.
import type { GangService } from "./service.ts";

/** In the order of the nodes. Ranks in all are dealt evenly, so that the first nodes have one more: 7 on 4 nodes are 2, 2, 2, 1. */
export function slotsOf({ count, ranks }: Pick<GangService, "count" | "ranks">): readonly number[] {
  if ("perNode" in ranks) return Array.from({ length: count }, () => ranks.perNode);
  const each = Math.floor(ranks.total / count);
  const left = ranks.total - each * count;
  return Array.from({ length: count }, (_, node) => each + Number(node < left));
}
