// Tenants and their users: who may exist here. Administrators make and change them; what they may do is permissions.ts.
import { VisibleError } from "#shared/fault.ts";
import type { Principal, Role } from "#shared/principal.ts";
import {
  accountKeys,
  readAccount,
  type Tenant,
  tenantItem,
  type User,
  userItem,
} from "./account-records.ts";
import { demandRole, hasRole, tenantFor } from "./permissions.ts";
import type { World } from "./world.ts";

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly cursor?: string;
}

export interface ListRequest {
  readonly limit: number;
  readonly cursor?: string;
}

/** Makes it, or changes its title. */
export async function putTenant(
  world: World,
  principal: Principal,
  { name, title }: { readonly name: string; readonly title?: string },
): Promise<Tenant> {
  demandRole(principal, "administrator");
  const before = await world.store.get(accountKeys.tenant(name));
  const createdAt = before ? readAccount.tenant(before).createdAt : world.now();
  const tenant: Tenant = { name, createdAt, ...(title !== undefined && { title }) };
  await world.store.batchPut([tenantItem(tenant)]);
  await world.rights?.prepareTenant(name);
  return tenant;
}

/** Administrators see all of them, others their own. */
export async function listTenants(
  world: World,
  principal: Principal,
  page: ListRequest,
): Promise<ListPage<Tenant>> {
  if (!hasRole(principal, "administrator"))
    return { items: [await readTenant(world, principal, principal.tenant)] };
  const { items, cursor } = await world.store.query({ pk: "tenants", ...page });
  return { items: items.map(readAccount.tenant), ...(cursor && { cursor }) };
}

export async function readTenant(
  world: World,
  principal: Principal,
  name: string,
): Promise<Tenant> {
  const item = await world.store.get(accountKeys.tenant(tenantFor(principal, name)));
  if (!item) throw new VisibleError("notFound", `There is no tenant "${name}".`);
  return readAccount.tenant(item);
}

/** A tenant goes when it has no users any more. */
export async function deleteTenant(
  world: World,
  principal: Principal,
  name: string,
): Promise<void> {
  demandRole(principal, "administrator");
  await readTenant(world, principal, name);
  const users = await world.store.query({ pk: accountKeys.user(name, "").pk, limit: 1 });
  if (users.items.length > 0)
    throw new VisibleError("conflict", `The tenant "${name}" still has users; delete them first.`);
  await world.store.transact([{ kind: "delete", key: accountKeys.tenant(name) }]);
}

/** Makes the user, or changes the role. */
export async function putUser(
  world: World,
  principal: Principal,
  wanted: { readonly tenant?: string; readonly name: string; readonly role: Role },
): Promise<User> {
  demandRole(principal, "administrator");
  const { name: tenant } = await readTenant(world, principal, tenantFor(principal, wanted.tenant));
  if (isSelf(principal, tenant, wanted.name) && wanted.role !== principal.role)
    throw new VisibleError(
      "conflict",
      "You can't change your own role; ask another administrator.",
    );
  const before = await world.store.get(accountKeys.user(tenant, wanted.name));
  const createdAt = before ? readAccount.user(before).createdAt : world.now();
  const user: User = { tenant, name: wanted.name, role: wanted.role, createdAt };
  await world.store.batchPut([userItem(user)]);
  return user;
}

export async function listUsers(
  world: World,
  principal: Principal,
  { tenant, ...page }: ListRequest & { readonly tenant?: string },
): Promise<ListPage<User>> {
  demandRole(principal, "operator");
  const pk = accountKeys.user(tenantFor(principal, tenant), "").pk;
  const { items, cursor } = await world.store.query({ pk, ...page });
  return { items: items.map(readAccount.user), ...(cursor && { cursor }) };
}

export async function readUser(
  world: World,
  principal: Principal,
  { tenant, name }: { readonly tenant?: string; readonly name: string },
): Promise<User> {
  const owner = tenantFor(principal, tenant);
  const isOpen = hasRole(principal, "operator") || isSelf(principal, owner, name);
  const item = isOpen ? await world.store.get(accountKeys.user(owner, name)) : undefined;
  if (!item) throw new VisibleError("notFound", `There is no user "${name}" in "${owner}".`);
  return readAccount.user(item);
}

/** The user's tokens open nothing any more from then on; executions go on and stay with the tenant. */
export async function deleteUser(
  world: World,
  principal: Principal,
  wanted: { readonly tenant?: string; readonly name: string },
): Promise<void> {
  demandRole(principal, "administrator");
  const { tenant, name } = await readUser(world, principal, wanted);
  if (isSelf(principal, tenant, name))
    throw new VisibleError("conflict", "You can't delete yourself; ask another administrator.");
  await world.store.transact([{ kind: "delete", key: accountKeys.user(tenant, name) }]);
}

function isSelf(principal: Principal, tenant: string, user: string): boolean {
  return principal.tenant === tenant && principal.user === user;
}
