// The instances of a placement: their records, and those derived from its counts because nothing has happened to them yet.
import type { InstanceId } from "#shared/instance.ts";
import { type Placement, placedGeneration } from "#shared/placement.ts";
import { type Instance, instancePrefix, read } from "./records.ts";
import { queryAll } from "./scheduler/snapshot.ts";
import type { Item, Key } from "./store.ts";
import { STORE_LIMITS } from "./store.ts";
import type { World } from "./world.ts";

/** The latest generation of every index below `next`, in order. */
export async function allInstances(world: World, placement: Placement): Promise<Instance[]> {
  const latest = new Map<number, Instance>();
  const items = await queryAll(world, {
    pk: `exe#${placement.executionId}`,
    prefix: instancePrefix(placement.service),
  });
  const first = placedGeneration(placement);
  for (const instance of items.map(read.instance))
    if (instance.generation >= first) latest.set(instance.index, instance);
  return Array.from(
    { length: placement.next },
    (_, index) => latest.get(index) ?? derived(placement, index),
  );
}

export async function liveInstances(world: World, placement: Placement): Promise<Instance[]> {
  const all = await allInstances(world, placement);
  return all.filter((instance) => instance.state !== "ended");
}

/** An index without a record: placed, in generation 1 or in its gang's. */
export function derived(
  placement: Pick<Placement, "executionId" | "service" | "createdAt" | "gang">,
  index: number,
): Instance {
  const { executionId, service, createdAt, gang } = placement;
  const generation = placedGeneration(placement);
  const changedAt = gang?.since ?? createdAt;
  return { executionId, service, index, generation, state: "placed", changedAt };
}

export function idOf({ executionId, service, index, generation }: InstanceId): InstanceId {
  return { executionId, service, index, generation };
}

/** Items by key, in as few reads as the store allows. */
export class Items {
  readonly #items = new Map<string, Item>();

  static async read(world: Pick<World, "store">, keys: readonly Key[]): Promise<Items> {
    const items = new Items();
    const wanted = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
    const batches = Array.from(
      { length: Math.ceil(wanted.length / STORE_LIMITS.keysPerGet) },
      (_, n) => wanted.slice(n * STORE_LIMITS.keysPerGet, (n + 1) * STORE_LIMITS.keysPerGet),
    );
    for (const found of await Promise.all(batches.map((batch) => world.store.getMany(batch)))) {
      for (const item of found) if (item !== undefined) items.#items.set(nameOf(item), item);
    }
    return items;
  }

  get(key: Key): Item | undefined {
    return this.#items.get(nameOf(key));
  }
}

const nameOf = ({ pk, sk }: Key) => `${pk}\n${sk}`;
