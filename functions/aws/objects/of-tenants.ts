// The bucket as the steps see it: what lies under an execution or an upload lies under its tenant there, which is what task roles reach.

import type { ObjectStat, Objects } from "#functions/objects.ts";
import { uploadsPrefix } from "#functions/uploads.ts";
import { tenantPrefix } from "#shared/aws-names.ts";

export type TenantOf = (executionId: string) => Promise<string | undefined>;

export function objectsOfTenants(bucket: Objects, tenantOf: TenantOf): Objects {
  const place = new Places(tenantOf);
  const { link } = bucket;
  return {
    async put(key, content) {
      return { ...(await bucket.put(await place.of(key), content)), key };
    },
    async get(key, range) {
      const found = await bucket.get(await place.of(key), range);
      return found && { ...found, key };
    },
    async stat(key) {
      const found = await bucket.stat(await place.of(key));
      return found && { ...found, key };
    },
    async list(prefix, { limit, cursor }) {
      const [from, begin] = [await place.of(prefix), cursor && (await place.of(cursor))];
      const page = await bucket.list(from, { limit, ...(begin && { cursor: begin }) });
      const seen = (key: string) => prefix + key.slice(from.length);
      const objects = page.objects.map((one): ObjectStat => ({ ...one, key: seen(one.key) }));
      return { objects, ...(page.cursor && { cursor: seen(page.cursor) }) };
    },
    delete: async (prefix) => bucket.delete(await place.of(prefix)),
    ...(link && { link: async (key, seconds) => link(await place.of(key), seconds) }),
  };
}

class Places {
  readonly #tenantOf: TenantOf;
  readonly #tenants = new Map<string, string>();

  constructor(tenantOf: TenantOf) {
    this.#tenantOf = tenantOf;
  }

  async of(key: string): Promise<string> {
    const [kind, name = ""] = key.split("/");
    if (kind === "executions") return tenantPrefix(await this.#tenant(name)) + key;
    if (!key.startsWith(uploadsPrefix(name))) return key;
    return `${tenantPrefix(name)}uploads/${key.slice(uploadsPrefix(name).length)}`;
  }

  /** It never changes. */
  async #tenant(executionId: string): Promise<string> {
    const tenant = this.#tenants.get(executionId) ?? (await this.#tenantOf(executionId));
    if (tenant === undefined) throw new Error(`There is no execution ${executionId}.`);
    if (this.#tenants.size >= MOST_KEPT) this.#tenants.clear();
    this.#tenants.set(executionId, tenant);
    return tenant;
  }
}

const MOST_KEPT = 10_000;
