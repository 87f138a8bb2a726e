// What could never start, however long it waited: essential instances that together pass a pool, or a maximum that services share. Refused by prepare.ts.
import { type Ask, NOTHING, plus, times } from "#shared/placement.ts";
import type { Amount } from "#shared/pool.ts";
import type { Pool } from "./snapshot.ts";

const RESOURCES: readonly (readonly [keyof Amount, string])[] = [
  ["instances", "instances"],
  ["cpu", "vCPU"],
  ["memoryMib", "MiB of memory"],
  ["gpu", "GPU"],
];

/** Undefined when they could all run, were they alone. */
export function whyNever(asks: readonly Ask[], pools: readonly Pool[]): string | undefined {
  const essential = asks.filter((ask) => ask.essential > 0);
  return tooMuch(essential, pools) ?? tooMany(essential);
}

function tooMuch(asks: readonly Ask[], pools: readonly Pool[]): string | undefined {
  for (const { name, capacity } of pools) {
    const need = asks
      .filter(({ backend }) => backend === name)
      .reduce((sum, ask) => plus(sum, times(ask.shape, ask.essential)), NOTHING);
    const short = RESOURCES.find(([resource]) => need[resource] > capacity[resource] + 1e-9);
    if (short === undefined) continue;
    const [resource, unit] = short;
    return `What must start together needs ${need[resource]} ${unit}, and the ${name} engine has ${capacity[resource]} in all. Ask for less, or for fewer instances.`;
  }
  return undefined;
}

function tooMany(asks: readonly Ask[]): string | undefined {
  const sums = new Map<string, number>();
  for (const { share, essential } of asks) {
    if (share === undefined) continue;
    const sum = (sums.get(share.group) ?? 0) + essential;
    sums.set(share.group, sum);
    if (sum > share.max)
      return `The services that share the maximum ${share.group} of ${share.max} instances need ${sum} together. Lower \`count.min\`, or raise \`shareMax\`.`;
  }
  return undefined;
}
