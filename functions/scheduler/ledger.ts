// What is held and what is left, while a cycle decides: pools, quotas and shared maxima, each able to say in words why something does not fit.
import type { WaitReason } from "#shared/execution.ts";
import { type Ask, NOTHING, plus, times } from "#shared/placement.ts";
import type { Amount } from "#shared/pool.ts";
import type { Quota } from "#shared/quota.ts";
import type { Pool, Snapshot } from "./snapshot.ts";

const RESOURCES = ["instances", "cpu", "memoryMib", "gpu"] as const;
type Resource = (typeof RESOURCES)[number];

/** Floating sums of vCPU shares must not refuse what fits exactly. */
const EPSILON = 1e-9;

export interface Owner {
  readonly executionId: string;
  readonly tenant: string;
  readonly user: string;
}

export class Ledger {
  readonly #held = new Map<string, Amount>();
  readonly #pools: ReadonlyMap<string, Pool>;
  readonly #quotas: ReadonlyMap<string, Quota>;

  constructor(snapshot: Snapshot) {
    this.#pools = new Map(snapshot.pools.map((pool) => [pool.name, pool]));
    this.#quotas = snapshot.quotas;
    for (const placement of snapshot.placements) this.take(placement, placement, placement.live);
  }

  take(owner: Owner, ask: Ask, n: number): void {
    const amount = times(ask.shape, n);
    for (const account of accounts(owner, ask)) {
      this.#held.set(account, plus(this.#heldBy(account), amount));
    }
  }

  /** How many of `want` instances fit, beside what was taken so far. */
  room(owner: Owner, ask: Ask, want: number): number {
    let fitting = want;
    for (const { account, limit } of this.#limits(owner, ask)) {
      const used = this.#heldBy(account);
      for (const resource of RESOURCES) {
        const most = limit[resource];
        if (most === undefined || ask.shape[resource] <= 0) continue;
        const free = most - used[resource] + EPSILON;
        fitting = Math.min(fitting, Math.max(0, Math.floor(free / ask.shape[resource])));
      }
    }
    return fitting;
  }

  /** Undefined when all of them fit at once; else what is missing, in words. */
  whyNot(
    owner: Owner,
    wanted: readonly { readonly ask: Ask; readonly n: number }[],
  ): WaitReason | undefined {
    const sums = new Map<string, { limit: Quota; sum: Amount }>();
    for (const { ask, n } of wanted) {
      for (const { account, limit } of this.#limits(owner, ask)) {
        const before = sums.get(account)?.sum ?? NOTHING;
        sums.set(account, { limit, sum: plus(before, times(ask.shape, n)) });
      }
    }
    for (const [account, { limit, sum }] of sums) {
      const used = this.#heldBy(account);
      const short = RESOURCES.find(
        (resource) =>
          sum[resource] > 0 &&
          used[resource] + sum[resource] > (limit[resource] ?? Infinity) + EPSILON,
      );
      if (short !== undefined)
        return explain(account, short, sum[short], used[short], limit[short] ?? 0);
    }
    return undefined;
  }

  #heldBy(account: string): Amount {
    return this.#held.get(account) ?? NOTHING;
  }

  #limits(owner: Owner, ask: Ask): { account: string; limit: Quota }[] {
    return accounts(owner, ask).flatMap((account) => {
      const limit = this.#limit(account, ask);
      return limit === undefined ? [] : [{ account, limit }];
    });
  }

  #limit(account: string, ask: Ask): Quota | undefined {
    if (account.startsWith("pool:")) return this.#pools.get(ask.backend)?.capacity ?? NOTHING;
    if (account.startsWith("group:")) return { instances: ask.share?.max };
    return this.#quotas.get(account);
  }
}

/** The pool, the tenant's and the user's quota, and the services' shared maximum: all that one instance counts against. */
function accounts(owner: Owner, ask: Ask): string[] {
  const list = [
    `pool:${ask.backend}`,
    `tenant:${owner.tenant}`,
    `user:${owner.tenant}#${owner.user}`,
  ];
  if (ask.share !== undefined) list.push(`group:${owner.executionId}#${ask.share.group}`);
  return list;
}

const UNITS: Record<Resource, (n: number) => string> = {
  instances: (n) => `${round(n)} ${n === 1 ? "instance" : "instances"}`,
  cpu: (n) => `${round(n)} vCPU`,
  memoryMib: (n) => `${round(n)} MiB of memory`,
  gpu: (n) => `${round(n)} GPU`,
};

const round = (n: number) => Math.round(n * 100) / 100;

function explain(
  account: string,
  resource: Resource,
  want: number,
  used: number,
  most: number,
): WaitReason {
  const [kind, name = ""] = account.split(/:(.*)/s);
  const need = UNITS[resource](want);
  const state = `${round(used)} of ${round(most)} ${used === 1 ? "is" : "are"} held`;
  switch (kind) {
    case "pool":
      return {
        code: "pool",
        text: `It waits for ${need} on the ${name} engine: ${state}.`,
        help: "It starts when enough of what runs there ends; less per instance would start sooner.",
      };
    case "tenant":
      return {
        code: "tenantQuota",
        text: `It waits for the quota of tenant ${name}: it needs ${need}, ${state}.`,
        help: "It starts when something of the tenant ends, or when an administrator raises the quota.",
      };
    case "user":
      return {
        code: "userQuota",
        text: `It waits for the quota of user ${name.split("#")[1]}: it needs ${need}, ${state}.`,
        help: "It starts when something of this user ends, or when an administrator raises the quota.",
      };
    default:
      return {
        code: "shareMax",
        text: `It waits for the maximum that its services share: ${state}.`,
        help: "It grows when another of these services shrinks.",
      };
  }
}
