// The fence: one claim item for each (execution, service, index), held by the one runner that may run it, and renewed while it does.
import type { Key, Store } from "#functions/store.ts";

export interface Claimant {
  readonly owner: string;
  readonly executionId: string;
  readonly service: string;
  readonly index: number;
  readonly generation: number;
  /** ARN of the ECS task; id of the Batch job, whose own attempts are thus the same. */
  readonly runner: string;
}

export interface Claim {
  readonly generation: number;
  readonly runner: string;
  /** Unix milliseconds. */
  readonly leaseUntil: number;
  /** Its runner has told the end. */
  readonly isOver: boolean;
  /** Of the item. */
  readonly version: number;
}

/** claimed: run. duplicate: another runs this generation, or a newer one. held: an older one may still run, until then. */
export type ClaimReply =
  | { readonly kind: "claimed"; readonly leaseUntil: number }
  | { readonly kind: "duplicate" }
  | { readonly kind: "held"; readonly until: number };

export const CLAIM = {
  leaseSeconds: 120,
  renewSeconds: 20,
  /** How far apart two clocks may be. */
  marginSeconds: 10,
  /** Before the lease ends the program must be gone: ECS waits 30 s between its two signals. */
  stopSeconds: 45,
} as const;

export function claimKey({ owner, executionId, service, index }: Claimant): Key {
  return { pk: `${owner}#${executionId}#claims`, sk: `${service}#${index}` };
}

/** After its last renewal; nobody asks for it any more when its execution is long over. */
const KEPT_MS = 30 * 86_400_000;

/** What may be done about a claim that was found. Pure. */
export function judge(
  found: Claim | undefined,
  { generation, runner }: Claimant,
  now: number,
): "free" | "duplicate" | { readonly until: number } {
  if (!found) return "free";
  if (found.generation > generation) return "duplicate";
  if (found.runner === runner && found.generation === generation)
    return found.isOver ? "duplicate" : "free";
  const until = found.leaseUntil + CLAIM.marginSeconds * 1000;
  if (found.generation === generation) return found.isOver || now < until ? "duplicate" : "free";
  return found.isOver || now >= until ? "free" : { until };
}

export async function claim(store: Store, me: Claimant, now: () => number): Promise<ClaimReply> {
  const key = claimKey(me);
  for (;;) {
    const found = await readClaim(store, key);
    const judged = judge(found, me, now());
    if (judged === "duplicate") return { kind: "duplicate" };
    if (judged !== "free") return { kind: "held", until: judged.until };
    const leaseUntil = now() + CLAIM.leaseSeconds * 1000;
    const { generation, runner } = me;
    const value = { generation, runner, leaseUntil, isOver: false };
    const item = { ...key, value, expiresAt: leaseUntil + KEPT_MS };
    const condition = found ? { version: found.version } : ({ absent: true } as const);
    const reply = await store.transact([{ kind: "put", item, condition }]);
    if (reply.kind === "committed") return { kind: "claimed", leaseUntil };
  }
}

export async function readClaim(store: Store, key: Key): Promise<Claim | undefined> {
  const item = await store.get(key);
  if (!item) return undefined;
  const { generation, runner, leaseUntil, isOver } = item.value;
  return {
    ...{ generation: Number(generation), runner: String(runner) },
    ...{ leaseUntil: Number(leaseUntil), isOver: isOver === true, version: item.version },
  };
}

/** The new end of the lease; undefined: another has it. */
export async function renewClaim(
  store: Store,
  me: Claimant,
  now: () => number,
): Promise<number | undefined> {
  const leaseUntil = now() + CLAIM.leaseSeconds * 1000;
  const isMine = await change(store, me, { leaseUntil }, leaseUntil + KEPT_MS);
  return isMine ? leaseUntil : undefined;
}

/** The program has ended: the next generation need not wait. */
export async function endClaim(store: Store, me: Claimant): Promise<void> {
  await change(store, me, { isOver: true });
}

async function change(
  store: Store,
  me: Claimant,
  set: Readonly<Record<string, number | boolean>>,
  expiresAt?: number,
): Promise<boolean> {
  const { generation, runner } = me;
  const condition = { equals: { generation, runner, isOver: false } };
  for (;;) {
    const action = { kind: "update", key: claimKey(me), set, condition } as const;
    const reply = await store.transact([{ ...action, ...(expiresAt && { expiresAt }) }]);
    if (reply.kind !== "conflict") return reply.kind === "committed";
  }
}
