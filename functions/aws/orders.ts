// What the control plane tells the sidecars of a service while they run: one item of the work table, looked at now and then.
import type { Store } from "#functions/store.ts";

export interface Orders {
  /** There are more workers than the service's minimum: who is idle leaves. */
  readonly mayLeave: boolean;
  /** The execution takes its workers in. */
  readonly isDraining: boolean;
}

export interface Ordered {
  readonly owner: string;
  readonly executionId: string;
  readonly service: string;
}

/** Until something is said. */
export function untold(mustStay = false): Orders {
  return { mayLeave: !mustStay, isDraining: false };
}

const keyOf = ({ owner, executionId, service }: Ordered) => ({
  pk: `${owner}#${executionId}#orders`,
  sk: service,
});

export async function readOrders(store: Store, of: Ordered): Promise<Orders | undefined> {
  const item = await store.get(keyOf(of));
  if (!item) return undefined;
  return { mayLeave: item.value.mayLeave === true, isDraining: item.value.isDraining === true };
}

/** Said again when it is forgotten and still holds. */
const KEPT_MS = 30 * 86_400_000;

export async function writeOrders(store: Store, of: Ordered, orders: Orders, now: number) {
  await store.batchPut([{ ...keyOf(of), value: { ...orders }, expiresAt: now + KEPT_MS }]);
}
