// Invariant 3: held capacity is the sum of placements, each counts its instances exactly, and no pool, quota or shared maximum is passed.

import type { Instance } from "#functions/records.ts";
import { held, NOTHING, type Placement, placedGeneration, plus } from "#shared/placement.ts";
import type { Amount } from "#shared/pool.ts";
import type { Quota } from "#shared/quota.ts";

/** Its counts against its instances: `latest` are the newest generations of those that have a record. */
export function wrongCounts(placement: Placement, latest: readonly Instance[]): string | undefined {
  const first = placedGeneration(placement);
  const known = latest.filter(({ generation }) => generation >= first);
  const ended = known.filter(({ state }) => state === "ended");
  const started = known.filter(({ state, startedAt }) => state !== "ended" && startedAt);
  const { next, succeeded, failed, cancelled } = placement;
  const expected = {
    live: next - ended.length,
    retrying: placement.gang
      ? placement.retrying
      : ended.filter(({ retryAt }) => retryAt !== undefined).length,
    running: started.length,
  };
  for (const name of ["live", "retrying", "running"] as const) {
    if (placement[name] !== expected[name])
      return `${nameOf(placement)} says ${name} ${placement[name]}; its instances say ${expected[name]}.`;
  }
  const over = succeeded + failed + cancelled + placement.retrying;
  if (over !== ended.length)
    return `${nameOf(placement)} counts ${over} ended instances; there are ${ended.length}.`;
  const partial = partOfGang(placement, known);
  if (partial !== undefined) return partial;
  const isTooMany = placement.run !== "worker" && next > placement.count;
  return isTooMany ? `${nameOf(placement)} placed ${next} of ${placement.count}.` : undefined;
}

/** All of a gang or nothing: as long as its generation is not over, all of its nodes are held; all of it runs again, or nothing. */
function partOfGang(placement: Placement, known: readonly Instance[]): string | undefined {
  const { gang, live, count, retrying, succeeded, failed } = placement;
  if (gang === undefined) return undefined;
  if (known.some(({ generation }) => generation !== gang.generation))
    return `${nameOf(placement)} is in generation ${gang.generation}, and a node is in another.`;
  for (const n of [retrying, succeeded, failed])
    if (n !== 0 && n !== count) return `${nameOf(placement)} counts ${n} of ${count} nodes.`;
  const isTold = known.some(({ outcome }) => outcome?.kind === "cancelled");
  if (gang.verdict === undefined && live !== count && !isTold)
    return `${nameOf(placement)} holds ${live} of ${count} nodes, and nothing says why.`;
  return undefined;
}

function nameOf({ executionId, service }: Placement): string {
  return `${executionId}/${service}`;
}

/** Everything that one placement counts against. */
export function accountsOf(placement: Placement): string[] {
  const { backend, tenant, user, executionId, share } = placement;
  const own = [`pool:${backend}`, `tenant:${tenant}`, `user:${tenant}#${user}`];
  return share === undefined ? own : [...own, `group:${executionId}#${share.group}`];
}

export function sumOf(placements: Iterable<Placement>): Map<string, Amount> {
  const sums = new Map<string, Amount>();
  for (const placement of placements) {
    for (const account of accountsOf(placement))
      sums.set(account, plus(sums.get(account) ?? NOTHING, held(placement)));
  }
  return sums;
}

export type Limits = ReadonlyMap<string, Quota>;

/** Above a limit is wrong, unless the limit was lowered and what is held does not grow. */
export function overLimit(
  before: ReadonlyMap<string, Amount>,
  after: ReadonlyMap<string, Amount>,
  limits: Limits,
): string | undefined {
  for (const [account, amount] of after) {
    const limit = limits.get(account) ?? {};
    for (const resource of ["instances", "cpu", "memoryMib", "gpu"] as const) {
      const most = limit[resource] ?? Infinity;
      const was = before.get(account)?.[resource] ?? 0;
      if (amount[resource] > most && amount[resource] > was)
        return `${account} holds ${amount[resource]} of ${most} ${resource}, and held ${was} before.`;
    }
  }
  return undefined;
}

/** Nothing is held once all has ended. */
export function heldByNobody(placements: readonly Placement[]): string[] {
  return placements.map((placement) => `${nameOf(placement)} is held, and all has ended.`);
}
