// What was asked of AWS, stored before it is asked, so that a repeat is the same request and no answer can be lost for good.
import type { Item, JsonObject, Key, Store } from "#functions/store.ts";
import type { InstanceId } from "#shared/instance.ts";
import type { BundleId } from "./bundle.ts";

/** One call for a bundle. Live ones of a service and generation never overlap: one that AWS refused is struck out. */
export interface LaunchRecord extends BundleId {
  /** Unix milliseconds, before the call. */
  readonly at: number;
  /** The call as it is sent, JSON. */
  readonly call: string;
  /** `tasks`: one id for each index. `job`, `array`, `nodes`: one id for all. */
  readonly form: "tasks" | "job" | "array" | "nodes";
  /** ECS: the task of each index. Batch: the one job. None until an answer came. */
  readonly ids: readonly string[];
}

const ordinal = (n: number) => String(n).padStart(6, "0");
const PAGE = 100;

/** Beside the other records of the execution, and forgotten with them. */
function keyOf({
  executionId,
  service,
  generation,
  from,
}: Omit<BundleId, "size" | "attempt">): Key {
  return { pk: `exe#${executionId}`, sk: `${prefixOf(service, generation)}${ordinal(from)}` };
}

const prefixOf = (service: string, generation: number) =>
  `launch#${service}#${ordinal(generation)}#`;

export class LaunchBook {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The record that covers each instance, in their order. */
  async find(instances: readonly InstanceId[]): Promise<(LaunchRecord | undefined)[]> {
    const found = new Map<string, Promise<LaunchRecord[]>>();
    for (const [group, members] of grouped(instances)) found.set(group, this.#around(members));
    return Promise.all(
      instances.map(async (instance) => {
        const records = await found.get(groupOf(instance));
        return records?.find((record) => covers(record, instance.index));
      }),
    );
  }

  get(bundle: BundleId): Promise<LaunchRecord | undefined> {
    return this.#store.get(keyOf(bundle)).then((item) => item && read(item));
  }

  /** False when somebody asked before us. */
  async ask(record: LaunchRecord): Promise<boolean> {
    const item = { ...keyOf(record), value: record as unknown as JsonObject };
    const reply = await this.#store.transact([{ kind: "put", item, condition: { absent: true } }]);
    return reply.kind === "committed";
  }

  async answer(record: LaunchRecord, ids: readonly string[], size = record.size): Promise<void> {
    await this.#store.transact([
      {
        ...{ kind: "update", key: keyOf(record), set: { ids, size } },
        condition: { equals: { attempt: record.attempt } },
      },
    ]);
  }

  /** AWS refused it: as if it had never been asked. */
  async strike(record: LaunchRecord): Promise<void> {
    await this.#store.transact([
      {
        ...{ kind: "delete", key: keyOf(record) },
        condition: { equals: { attempt: record.attempt } },
      },
    ]);
  }

  /** All records that touch the span of these instances, which are of one service and generation. */
  async #around(instances: readonly InstanceId[]): Promise<LaunchRecord[]> {
    const [any] = instances;
    if (any === undefined) return [];
    const indices = instances.map(({ index }) => index);
    const first = Math.min(...indices);
    const prefix = prefixOf(any.service, any.generation);
    const records: LaunchRecord[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#store.query({
        ...{ pk: `exe#${any.executionId}`, from: prefix, reverse: true, limit: PAGE },
        to: `${prefix}${ordinal(Math.max(...indices) + 1)}`,
        ...(cursor !== undefined && { cursor }),
      });
      records.push(...page.items.map(read));
      const isBelow = records.some(({ from }) => from <= first);
      cursor = isBelow ? undefined : page.cursor;
    } while (cursor !== undefined);
    return records;
  }
}

export function covers({ from, size }: BundleId, index: number): boolean {
  return index >= from && index < from + size;
}

const read = (item: Item) => item.value as unknown as LaunchRecord;

const groupOf = ({ executionId, service, generation }: InstanceId) =>
  `${executionId}/${service}/${generation}`;

function grouped(instances: readonly InstanceId[]): Map<string, InstanceId[]> {
  const groups = new Map<string, InstanceId[]>();
  for (const instance of instances) {
    const key = groupOf(instance);
    groups.set(key, [...(groups.get(key) ?? []), instance]);
  }
  return groups;
}
