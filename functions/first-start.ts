// The first start of a control plane: a tenant, an administrator and a token for her, once.
import {
  type Tenant,
  type Token,
  tenantItem,
  tokenHashItem,
  tokenItem,
  userItem,
} from "./account-records.ts";
import { sha256 } from "./digest.ts";
import { newTokenSecret } from "./token-secret.ts";
import type { World } from "./world.ts";

export const FIRST_TENANT = "default";
export const FIRST_USER = "admin";

/**
 * Does nothing where there is a tenant already. `keep` puts the token where only its owner can read it, before it opens anything:
 * after a crash in between, the next start makes another.
 */
export async function firstStart(
  world: Pick<World, "store" | "now" | "newId">,
  keep: (secret: string) => Promise<void>,
): Promise<boolean> {
  const { items } = await world.store.query({ pk: "tenants", limit: 1 });
  if (items.length > 0) return false;
  const secret = newTokenSecret();
  await keep(secret);
  const createdAt = world.now();
  const tenant: Tenant = { name: FIRST_TENANT, createdAt };
  const token: Token = {
    ...{ id: world.newId("tok"), tenant: FIRST_TENANT, user: FIRST_USER },
    ...{ name: "First start", scope: "admin", hash: await sha256(secret), createdAt },
  };
  const reply = await world.store.transact([
    { kind: "put", item: tenantItem(tenant), condition: { absent: true } },
    {
      kind: "put",
      item: userItem({ tenant: FIRST_TENANT, name: FIRST_USER, role: "administrator", createdAt }),
    },
    { kind: "put", item: tokenItem(token) },
    { kind: "put", item: tokenHashItem(token) },
  ]);
  return reply.kind === "committed";
}
