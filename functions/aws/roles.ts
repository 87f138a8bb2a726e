// Makes and removes the task roles of tenants: under the stack's path, inside its boundary, with the tenant's tag. The one function that may.
// It runs when a tenant is made or a zapp is installed for it, since a new role takes a while to be known.
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  EntityAlreadyExistsException,
  type IAMClient,
  NoSuchEntityException,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { keepRole, type RoleRecord, roleKey } from "#functions/backends/stored-roles.ts";
import type { Store } from "#functions/store.ts";
import { TENANT_TAG, taskRolePath } from "#shared/aws-names.ts";
import type { Zapp } from "#shared/zapp.ts";
import {
  type Declared,
  type RoleOwner,
  type RolePlace,
  rightsOf,
  roleName,
  trust,
} from "./role-rights.ts";

export interface RolesParts {
  readonly iam: IAMClient;
  readonly store: Store;
  readonly place: RolePlace;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export type RolesRequest =
  | { readonly kind: "prepare"; readonly owner: RoleOwner; readonly declared: Declared }
  | { readonly kind: "remove"; readonly owner: RoleOwner };

const POLICY = "rights";

export function declaredBy({ services, queues }: Pick<Zapp, "services" | "queues">): Declared {
  return {
    hasQueues: Object.keys(queues).length > 0,
    needs: services.flatMap(({ needs }) => needs),
  };
}

/** Safe to repeat; a role that is there already keeps its age. */
export async function prepareRole(
  parts: RolesParts,
  owner: RoleOwner,
  declared: Declared,
): Promise<RoleRecord> {
  const { store, place, now } = parts;
  const name = roleName(place, owner, declared);
  const arn = `arn:aws:iam::${place.account}:role${taskRolePath(place.stack)}${name}`;
  const known = await stored(store, owner);
  if (known?.arn === arn) return known;
  await create(parts, owner, name);
  const policy = { RoleName: name, PolicyName: POLICY };
  const PolicyDocument = JSON.stringify(rightsOf(place, owner, declared));
  await parts.iam.send(new PutRolePolicyCommand({ ...policy, PolicyDocument }));
  const record = { arn, at: now() };
  await keepRole(store, owner, record);
  // What still runs under the one before keeps it until the stack's removal finds it by its path.
  return record;
}

async function create(
  { iam, place }: RolesParts,
  { tenant, zapp }: RoleOwner,
  RoleName: string,
): Promise<void> {
  try {
    await iam.send(
      new CreateRoleCommand({
        ...{ RoleName, Path: taskRolePath(place.stack), PermissionsBoundary: place.boundary },
        AssumeRolePolicyDocument: JSON.stringify(trust(place)),
        Description: `Zoe: what ${zapp} of ${tenant} may do`,
        Tags: [{ Key: TENANT_TAG, Value: tenant }],
      }),
    );
  } catch (error) {
    // A repeat, after a crash between the two calls.
    if (!(error instanceof EntityAlreadyExistsException)) throw error;
  }
}

/** The row goes first: nothing is launched under a role that is going. */
export async function removeRole({ iam, store }: RolesParts, owner: RoleOwner): Promise<void> {
  const known = await stored(store, owner);
  if (known === undefined) return;
  await store.transact([{ kind: "delete", key: roleKey(owner.tenant, owner.zapp) }]);
  const RoleName = known.arn.split("/").at(-1) ?? "";
  await unlessGone(iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: POLICY })));
  await unlessGone(iam.send(new DeleteRoleCommand({ RoleName })));
}

async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof NoSuchEntityException)) throw error;
  }
}

async function stored(store: Store, { tenant, zapp }: RoleOwner): Promise<RoleRecord | undefined> {
  const item = await store.get(roleKey(tenant, zapp));
  return item?.value as unknown as RoleRecord | undefined;
}
