// Files that people upload for their executions: kept as objects of their tenant, forgotten after a while. An input names one by its id.
import { VisibleError } from "#shared/fault.ts";
import type { Principal } from "#shared/principal.ts";
import { hasRole } from "./permissions.ts";
import { asJson } from "./records.ts";
import type { Item } from "./store.ts";
import type { ListPage, ListRequest } from "./tenants.ts";
import type { World } from "./world.ts";

export interface Upload {
  readonly id: string;
  readonly name?: string;
  readonly user: string;
  readonly size: number;
  readonly createdAt: number;
  /** From then on it is gone. */
  readonly expiresAt: number;
}

const DAY_MS = 86_400_000;
/** Beyond the retention, so that an execution that waits long still finds its inputs. */
const EXTRA_DAYS = 30;

const partition = (tenant: string) => `uploads#${tenant}`;
const readUploadItem = (item: Item) => item.value as unknown as Upload;

/** The object of an upload, which an input names by its id. */
export function uploadKey(tenant: string, id: string): string {
  return uploadsPrefix(tenant) + id;
}

export function uploadsPrefix(tenant: string): string {
  return `uploads/${tenant}/`;
}

export async function putUpload(
  world: World,
  { tenant, user }: Principal,
  { name, content }: { readonly name?: string; readonly content: ReadableStream<Uint8Array> },
): Promise<Upload> {
  const id = world.newId("upl");
  const { size } = await world.objects.put(uploadKey(tenant, id), content);
  const createdAt = world.now();
  const expiresAt = createdAt + (world.settings.retentionDays + EXTRA_DAYS) * DAY_MS;
  const upload: Upload = {
    ...{ id, user, size, createdAt, expiresAt },
    ...(name !== undefined && { name }),
  };
  await world.store.batchPut([{ pk: partition(tenant), sk: id, value: asJson(upload) }]);
  return upload;
}

/** Newest first; users see their own. */
export async function listUploads(
  world: World,
  principal: Principal,
  page: ListRequest,
): Promise<ListPage<Upload>> {
  const pk = partition(principal.tenant);
  const { items, cursor } = await world.store.query({ pk, reverse: true, ...page });
  const uploads = items.map(readUploadItem).filter((upload) => isMine(principal, upload));
  return { items: uploads, ...(cursor && { cursor }) };
}

export async function deleteUpload(world: World, principal: Principal, id: string): Promise<void> {
  const key = { pk: partition(principal.tenant), sk: id };
  const item = await world.store.get(key);
  if (!item || !isMine(principal, readUploadItem(item)))
    throw new VisibleError("notFound", `There is no upload "${id}".`);
  await forgetUpload(world, principal.tenant, id);
}

async function forgetUpload(world: World, tenant: string, id: string): Promise<void> {
  await world.objects.delete(uploadKey(tenant, id));
  await world.store.transact([{ kind: "delete", key: { pk: partition(tenant), sk: id } }]);
}

/** For the sweep: uploads of all tenants whose time is over; answers how many were forgotten. */
export async function forgetOldUploads(world: World): Promise<number> {
  const tenants = await world.store.query({ pk: "tenants", limit: 1000 });
  let forgotten = 0;
  for (const { sk: tenant } of tenants.items) {
    const { items } = await world.store.query({ pk: partition(tenant), limit: 1000 });
    const old = items.map(readUploadItem).filter(({ expiresAt }) => expiresAt <= world.now());
    for (const { id } of old) await forgetUpload(world, tenant, id);
    forgotten += old.length;
  }
  return forgotten;
}

function isMine(principal: Principal, upload: Upload): boolean {
  return hasRole(principal, "operator") || upload.user === principal.user;
}
