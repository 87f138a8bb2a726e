// Where everything lies in the store: the keys of each kind of record, and items from and to nouns. Steps never spell a key themselves.

import { AD_HOC } from "#shared/aws-names.ts";
import type { Move } from "#shared/event.ts";
import type { Execution } from "#shared/execution.ts";
import type { InstanceId, InstanceState, Outcome, Usage } from "#shared/instance.ts";
import type { Ask, Placement } from "#shared/placement.ts";
import type { ParameterValue, Zapp } from "#shared/zapp.ts";
import type { Item, JsonObject, Key, NewItem } from "./store.ts";

/** Hot lists are spread over so many partitions. */
export const SHARDS = 4;

/** What an execution runs: fixed when it was accepted. */
export interface Spec {
  readonly zapp: Zapp;
  /** Whose it is, also while the execution itself is being forgotten. */
  readonly tenant: string;
  readonly source: { readonly name: string; readonly version: string } | "description";
  /** As given, secret ones left out. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly programRoot?: string;
}

/** A row of the waiting list; it lies there as long as its execution is queued and could use capacity. */
export interface Waiting {
  readonly executionId: string;
  readonly tenant: string;
  readonly user: string;
  readonly priority: number;
  readonly createdAt: number;
  readonly zapp: string;
  readonly asks: readonly Ask[];
}

/** One launch of one index. A missing record means `placed` in generation 1, as long as the index is below its placement's `next`. */
export interface Instance extends InstanceId {
  readonly state: InstanceState;
  readonly label?: string;
  readonly backendId?: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly changedAt: number;
  readonly outcome?: Outcome;
  readonly usage?: Usage;
  /** It failed, and its next generation is due then. */
  readonly retryAt?: number;
}

export const DUE_KINDS = ["time", "tick", "after", "forget"] as const;
/** time: its `maxTime` is over. tick: its queues are to be looked at. after: others wait for its end. forget: its retention is over. */
export type DueKind = (typeof DUE_KINDS)[number];

export interface Due {
  readonly executionId: string;
  readonly kind: DueKind;
  readonly at: number;
}

export function shardOf(id: string): number {
  let hash = 0;
  for (let at = 0; at < id.length; at++) hash = (hash * 31 + id.charCodeAt(at)) >>> 0;
  return hash % SHARDS;
}

export const shards: readonly number[] = Array.from({ length: SHARDS }, (_, shard) => shard);

const time = (at: number) => String(at).padStart(13, "0");
const ordinal = (n: number) => String(n).padStart(6, "0");

/** Whose work an execution is, as far as rights go. */
export function ownerOf(tenant: string, source: Spec["source"]): string {
  return `${tenant}#${source === "description" ? AD_HOC : source.name}`;
}

export const keys = {
  execution: (id: string): Key => ({ pk: `exe#${id}`, sk: "meta" }),
  spec: (id: string): Key => ({ pk: `exe#${id}`, sk: "spec" }),
  /** Of an execution that has not ended. */
  placement: (id: string, service: string): Key => ({
    pk: `held#${shardOf(id)}`,
    sk: `${id}#${service}`,
  }),
  /** Of an ended one: out of what is held, and kept with it. */
  endedPlacement: (id: string, service: string): Key => ({
    pk: `exe#${id}`,
    sk: `place#${service}`,
  }),
  instance: (id: InstanceId): Key => ({
    pk: `exe#${id.executionId}`,
    sk: `${instancePrefix(id.service, id.index)}${ordinal(id.generation)}`,
  }),
  moves: (id: string, at: number, moveId: string): Key => ({
    pk: `moves#${id}`,
    sk: `${time(at)}#${moveId}`,
  }),
  waiting: (waiting: Omit<Waiting, "asks" | "zapp">): Key => ({
    pk: waitingPartition(waiting, shardOf(waiting.executionId)),
    sk: `${String(999 - waiting.priority).padStart(3, "0")}#${time(waiting.createdAt)}#${waiting.executionId}`,
  }),
  share: (tenant: string, user: string): Key => ({ pk: "shares", sk: `${tenant}#${user}` }),
  due: (due: Due): Key => ({
    pk: `due#${shardOf(due.executionId)}`,
    sk: `${time(due.at)}#${due.kind}#${due.executionId}`,
  }),
  /** The next whole number of a tenant. */
  counter: (tenant: string): Key => ({ pk: "numbers", sk: tenant }),
  number: (tenant: string, first: number): Key => ({
    pk: `numbers#${tenant}`,
    sk: numberKey(first),
  }),
  /** Of the one that is awaited: the one that waits. */
  after: (awaited: string, waits: string): Key => ({ pk: `after#${awaited}`, sk: waits }),
  schedulerLease: { pk: "lease", sk: "scheduler" } as Key,
  quota: (tenant: string, user?: string): Key => ({
    pk: "quota",
    sk: user === undefined ? tenant : `${tenant}#${user}`,
  }),
  idempotency: (tenant: string, user: string, key: string): Key => ({
    pk: `idem#${tenant}#${user}`,
    sk: key,
  }),
};

export function numberKey(number: number): string {
  return String(number).padStart(16, "0");
}

export function waitingPartition(share: { tenant: string; user: string }, shard: number): string {
  return `wait#${share.tenant}#${share.user}#${shard}`;
}

/** All generations of one index, or all instances of a service, in order. */
export function instancePrefix(service: string, index?: number): string {
  return index === undefined ? `inst#${service}#` : `inst#${service}#${ordinal(index)}#`;
}

export function listingPartition(tenant: string, shard: number, state?: string): string {
  return state === undefined ? `tenant#${tenant}#${shard}` : `tenant#${tenant}#${state}#${shard}`;
}

export function executionItem(execution: Execution): NewItem {
  const shard = shardOf(execution.id);
  return {
    ...keys.execution(execution.id),
    value: asJson(execution),
    indexes: {
      byTenant: { pk: listingPartition(execution.tenant, shard), sk: execution.id },
      byState: { pk: listingPartition(execution.tenant, shard, execution.state), sk: execution.id },
    },
  };
}

export function movesItem(id: string, at: number, moveId: string, moves: readonly Move[]): NewItem {
  return { ...keys.moves(id, at, moveId), value: { moves: asJson(moves) as never } };
}

export const placementItem = (placement: Placement): NewItem => ({
  ...keys.placement(placement.executionId, placement.service),
  value: asJson(placement),
});

export const instanceItem = (instance: Instance): NewItem => ({
  ...keys.instance(instance),
  value: asJson(instance),
});

export const dueItem = (due: Due): NewItem => ({ ...keys.due(due), value: asJson(due) });

/** A record as the store keeps it; undefined fields vanish there. */
export function asJson(record: object): JsonObject {
  return record as JsonObject;
}

/** Only records.ts writes these kinds, so their shape is trusted; what comes from outside was parsed before it was stored. */
export const read = {
  execution: (item: Item) => item.value as unknown as Execution,
  spec: (item: Item) => item.value as unknown as Spec,
  placement: (item: Item) => item.value as unknown as Placement,
  instance: (item: Item) => item.value as unknown as Instance,
  waiting: (item: Item) => item.value as unknown as Waiting,
  due: (item: Item) => item.value as unknown as Due,
  moves: (item: Item) => (item.value as unknown as { moves: readonly Move[] }).moves,
};
