// Which task roles there are: rows that `roles` writes when it has made one, and `launch` reads. One for each zapp and tenant; ad hoc ones share one.
import type { LaunchRequest } from "#functions/backend.ts";
import type { JsonObject, Key, Store } from "#functions/store.ts";
import { AD_HOC } from "#shared/aws-names.ts";
import type { RoleReply, TaskRoles } from "./task-roles.ts";

export interface RoleRecord {
  readonly arn: string;
  /** When it was made, or its rights last changed; Unix milliseconds. */
  readonly at: number;
}

/** A new role is not known everywhere at once: so long a refusal to assume it is no reason to give up. */
const YOUNG_MS = 120_000;

export class StoredRoles implements TaskRoles {
  readonly #store: Store;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  async roleOf({ tenant, zapp, isAdHoc }: LaunchRequest): Promise<RoleReply> {
    const item = await this.#store.get(roleKey(tenant, isAdHoc ? AD_HOC : zapp));
    if (item === undefined) return { kind: "preparing" };
    const { arn, at } = item.value as unknown as RoleRecord;
    return { kind: "ready", arn, isYoung: this.#now() - at < YOUNG_MS };
  }
}

export async function keepRole(
  store: Store,
  owner: { readonly tenant: string; readonly zapp: string },
  record: RoleRecord,
): Promise<void> {
  const value = record as unknown as JsonObject;
  await store.batchPut([{ ...roleKey(owner.tenant, owner.zapp), value }]);
}

export function roleKey(tenant: string, zapp: string): Key {
  return { pk: `roles#${tenant}`, sk: zapp };
}
