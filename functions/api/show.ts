// Executions, services, plans and results as the schemas of shared/api show them.

import type { Plan } from "#functions/plan.ts";
import type { TaskView } from "#functions/task-queues.ts";
import type { ExecutionView } from "#functions/view.ts";
import {
  type ExecutionAnswer,
  ExecutionRow,
  type LedgerAnswer,
  type PlanAnswer,
  type ServiceAnswer,
} from "#shared/api/execution.ts";
import { EventAnswer, InstanceAnswer } from "#shared/api/history.ts";
import { TaskAnswer } from "#shared/api/queue.ts";
import type { Ask, Placement } from "#shared/placement.ts";
import { type Pace, plainQueue, versionOfAnswer } from "./pace.ts";

/** Only the documented fields of a record: what steps keep beside them is theirs. */
function pickOf<T extends object>(schema: { readonly shape: object }): (record: T) => T {
  const fields = Object.keys(schema.shape) as (keyof T)[];
  return (record) => {
    const picked: Partial<T> = {};
    for (const field of fields) if (record[field] !== undefined) picked[field] = record[field];
    return picked as T;
  };
}

export const rowOf = pickOf<ExecutionRow>(ExecutionRow);
export const instanceOf = pickOf<InstanceAnswer>(InstanceAnswer);
export const eventOf = pickOf<EventAnswer>(EventAnswer);
export const taskOf = pickOf<TaskView>(TaskAnswer);

export function answerOf(
  { execution, placements, queues }: ExecutionView,
  pace: Pace,
  now: number,
): ExecutionAnswer {
  const row = rowOf(execution);
  const services = placements.map(serviceOf);
  const plain = mapValues(queues, (_, counts) => plainQueue(counts));
  return {
    ...row,
    version: versionOfAnswer([row, services, plain]),
    services,
    queues: mapValues(queues, (queue, counts) =>
      pace.show({ executionId: execution.id, queue }, counts, now),
    ),
  };
}

function serviceOf(placement: Placement): ServiceAnswer {
  const { service, run, backend, count, want, essential, live, running } = placement;
  const { succeeded, failed, cancelled, retrying } = placement;
  return {
    ...{ service, run, backend, count, want, essential, live, running },
    ...{ succeeded, failed, cancelled, retrying },
    asked: askedOf(placement),
    used: usedOf(placement),
  };
}

function askedOf({ shape: { cpu, memoryMib, gpu } }: Ask) {
  return { cpu, memoryMib, gpu };
}

function usedOf({ cpuSeconds, wallSeconds, peakMemoryMib }: Placement) {
  return { cpuSeconds, wallSeconds, peakMemoryMib };
}

export function planOf({ zapp, starts, reason, services, warnings }: Plan): PlanAnswer {
  const shown = services.map((ask) => {
    const { service, run, backend, capacity, count, essential, after } = ask;
    return {
      ...{ service, run, backend, capacity, count, essential, after },
      asked: askedOf(ask),
    };
  });
  return { zapp, starts, services: shown, warnings, ...(reason && { reason }) };
}

export function ledgerOf(placements: readonly Placement[]): LedgerAnswer {
  const services = placements.map((placement) => ({
    service: placement.service,
    instances: placement.succeeded + placement.failed + placement.cancelled,
    asked: askedOf(placement),
    used: usedOf(placement),
  }));
  const used = services.reduce(
    (sum, { used }) => ({
      cpuSeconds: sum.cpuSeconds + used.cpuSeconds,
      wallSeconds: sum.wallSeconds + used.wallSeconds,
      peakMemoryMib: Math.max(sum.peakMemoryMib, used.peakMemoryMib),
    }),
    { cpuSeconds: 0, wallSeconds: 0, peakMemoryMib: 0 },
  );
  return { services, used };
}

function mapValues<V, W>(
  record: Readonly<Record<string, V>>,
  change: (key: string, value: V) => W,
): Record<string, W> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, change(key, value)]),
  );
}
