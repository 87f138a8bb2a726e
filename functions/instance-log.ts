// One instance's log, read from an offset on, while it is written or after.
import type { Execution } from "#shared/execution.ts";
import { VisibleError } from "#shared/fault.ts";
import { type InstanceId, instanceName } from "#shared/instance.ts";
import type { LogRange, LogStream } from "./logs.ts";
import { instancePrefix, keys, read } from "./records.ts";
import type { World } from "./world.ts";

export interface LogWish extends LogRange {
  /** May be left out where there is only one. */
  readonly service?: string;
  readonly index: number;
  /** Without one, the latest. */
  readonly generation?: number;
  readonly stream: LogStream;
}

export interface InstanceLog {
  readonly instance: string;
  readonly text: string;
  readonly next: number;
  readonly done: boolean;
}

export async function readLog(
  world: World,
  execution: Execution,
  wish: LogWish,
): Promise<InstanceLog> {
  const service = serviceOf(execution, wish.service);
  const { index, stream, offset, limitBytes, waitSeconds } = wish;
  const generation =
    wish.generation ?? (await latestGeneration(world, execution.id, service, index));
  const id: InstanceId = { executionId: execution.id, service, index, generation };
  const part = await world.logs.read(id, stream, { offset, limitBytes, waitSeconds });
  const isOver = execution.state === "ended" || (await hasEnded(world, id));
  return { instance: instanceName(id), ...part, done: part.done && isOver };
}

/** Before an instance starts there is nothing to read, and yet more may come. */
async function hasEnded(world: World, id: InstanceId): Promise<boolean> {
  const item = await world.store.get(keys.instance(id));
  return item !== undefined && read.instance(item).state === "ended";
}

function serviceOf({ id, services }: Execution, wanted: string | undefined): string {
  const [only, ...others] = services;
  if (wanted === undefined && only !== undefined && others.length === 0) return only;
  if (wanted !== undefined && services.includes(wanted)) return wanted;
  const detail = `Execution ${id} has the services ${services.join(", ")}: name one of them.`;
  if (wanted !== undefined) throw new VisibleError("notFound", detail);
  throw new VisibleError("invalid", detail, [{ pointer: "/query/service", detail }]);
}

async function latestGeneration(
  world: World,
  executionId: string,
  service: string,
  index: number,
): Promise<number> {
  const pk = keys.execution(executionId).pk;
  const prefix = instancePrefix(service, index);
  const { items } = await world.store.query({ pk, prefix, reverse: true, limit: 1 });
  const [latest] = items.map(read.instance);
  return latest?.generation ?? 1;
}
