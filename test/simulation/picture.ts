// What the store holds, kept up to date after every write: the records as judges want to see them, with what each write changed.

import { type Instance, read, type Waiting } from "#functions/records.ts";
import type { Item, Key, Store } from "#functions/store.ts";
import type { Execution } from "#shared/execution.ts";
import type { Placement } from "#shared/placement.ts";
import type { Quota } from "#shared/quota.ts";

export interface Changed<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** What one transaction changed. */
export interface Write {
  readonly executions: readonly Changed<Execution>[];
  readonly placements: readonly Changed<Placement>[];
  readonly instances: readonly Changed<Instance>[];
}

export class Picture {
  readonly executions = new Map<string, Execution>();
  /** By `execution#service`, of what has not ended. */
  readonly placements = new Map<string, Placement>();
  readonly endedPlacements = new Map<string, Placement>();
  /** By `execution#service`, then by index: all generations, in order. */
  readonly instances = new Map<string, Map<number, Instance[]>>();
  /** By store key. */
  readonly waiting = new Map<string, Waiting>();
  /** By `tenant` or `tenant#user`. */
  readonly quotas = new Map<string, Quota>();
  /** Texts that people read, by execution. */
  readonly owners = new Map<string, { readonly tenant: string; readonly user: string }>();
  /** Until when somebody holds the scheduler's lease. */
  leasedUntil = 0;
  writes = 0;

  see(key: Key, item: Item | undefined): Partial<Record<keyof Write, Changed<never>>> {
    const [kind] = key.pk.split("#", 1);
    switch (kind) {
      case "exe":
        return this.#seeExecution(key, item);
      case "held":
        return { placements: replace(this.placements, key.sk, item && read.placement(item)) };
      case "wait":
        replace(this.waiting, `${key.pk} ${key.sk}`, item && read.waiting(item));
        return {};
      case "lease":
        this.leasedUntil = Number(item?.value.until ?? 0);
        return {};
      case "quota":
        replace(this.quotas, key.sk, item && (item.value as Quota));
        return {};
      default:
        return {};
    }
  }

  /** The latest generation of each index that has a record. */
  latest(executionId: string, service: string): Instance[] {
    const indexes = this.instances.get(`${executionId}#${service}`);
    return [...(indexes?.values() ?? [])].flatMap((generations) => generations.at(-1) ?? []);
  }

  #seeExecution({ pk, sk }: Key, item: Item | undefined) {
    const id = pk.slice("exe#".length);
    const [kind, service = ""] = sk.split("#");
    if (kind === "meta") {
      const execution = item && read.execution(item);
      if (execution) this.owners.set(id, { tenant: execution.tenant, user: execution.user });
      return { executions: replace(this.executions, id, execution) };
    }
    if (kind === "place") {
      replace(this.endedPlacements, `${id}#${service}`, item && read.placement(item));
      return {};
    }
    if (kind !== "inst") return {};
    return { instances: this.#seeInstance(id, sk, item && read.instance(item)) };
  }

  #seeInstance(id: string, sk: string, after: Instance | undefined) {
    const [, service = "", index, generation] = sk.split("#");
    const place = `${id}#${service}`;
    const indexes = this.instances.get(place) ?? new Map<number, Instance[]>();
    this.instances.set(place, indexes);
    const generations = indexes.get(Number(index)) ?? [];
    const before = generations.find((one) => one.generation === Number(generation));
    const others = generations.filter((one) => one !== before);
    const all = after === undefined ? others : [...others, after];
    indexes.set(
      Number(index),
      all.sort((a, b) => a.generation - b.generation),
    );
    return { before, after } as Changed<never>;
  }
}

function replace<T>(map: Map<string, T>, key: string, after: T | undefined): Changed<never> {
  const before = map.get(key);
  if (after === undefined) map.delete(key);
  else map.set(key, after);
  return { before, after } as Changed<never>;
}

/** The same store; after each write the picture is renewed, and `written` is told. */
export function watched(store: Store, picture: Picture, written: (write: Write) => void): Store {
  const renew = async (keys: readonly Key[]) => {
    const write = { executions: [], placements: [], instances: [] } as {
      [kind in keyof Write]: Changed<never>[];
    };
    for (let at = 0; at < keys.length; at += 100) {
      const batch = keys.slice(at, at + 100);
      const items = await store.getMany(batch);
      for (const [position, key] of batch.entries()) {
        const seen = picture.see(key, items[position]);
        for (const kind of ["executions", "placements", "instances"] as const) {
          const change = seen[kind];
          if (change !== undefined) write[kind].push(change);
        }
      }
    }
    if (keys.some(({ pk }) => pk !== "lease")) picture.writes++;
    written(write);
  };
  return {
    get: (key) => store.get(key),
    getMany: (keys) => store.getMany(keys),
    query: (query) => store.query(query),
    queryIndex: (index, query) => store.queryIndex(index, query),
    async transact(actions) {
      const reply = await store.transact(actions);
      if (reply.kind !== "committed") return reply;
      const keys = actions.flatMap((action) => {
        if (action.kind === "check") return [];
        const { pk, sk } = action.kind === "put" ? action.item : action.key;
        return isShown(pk) ? [{ pk, sk }] : [];
      });
      if (keys.length > 0) await renew(keys);
      return reply;
    },
    async batchPut(items) {
      await store.batchPut(items);
      const keys = items.filter(({ pk }) => isShown(pk)).map(({ pk, sk }) => ({ pk, sk }));
      if (keys.length > 0) await renew(keys);
    },
  };
}

function isShown(pk: string): boolean {
  return /^(exe|held|wait|quota|lease)(#|$)/.test(pk);
}
