// The execution that a path names, if the one who asks may see it. What is another's does not exist.
import * as z from "zod";
import { maySee } from "#functions/permissions.ts";
import type { QueueRef } from "#functions/task-queues.ts";
import { readExecution } from "#functions/view.ts";
import { ExecutionId, QueueName } from "#shared/api/name.ts";
import { type Execution, isOver } from "#shared/execution.ts";
import { VisibleError } from "#shared/fault.ts";
import type { Principal } from "#shared/principal.ts";
import type { Api } from "./api.ts";

export const oneExecution = z.object({ id: ExecutionId });
export const oneQueue = z.object({ id: ExecutionId, queue: QueueName });

interface Asked {
  readonly api: Api;
  readonly principal: Principal;
  readonly params: { readonly id: string };
}

export async function visibleExecution({ api, principal, params }: Asked): Promise<Execution> {
  const execution = await readExecution(api.world, params.id);
  if (execution && maySee(principal, execution)) return execution;
  throw noExecution(params.id);
}

export function noExecution(id: string): VisibleError {
  return new VisibleError("notFound", `There is no execution ${id}.`);
}

interface AskedQueue extends Asked {
  readonly params: { readonly id: string; readonly queue: string };
}

export async function visibleQueue(
  asked: AskedQueue,
): Promise<{ ref: QueueRef; execution: Execution }> {
  const execution = await visibleExecution(asked);
  const { id, queue } = asked.params;
  if (execution.queues.includes(queue)) return { ref: { executionId: id, queue }, execution };
  throw noQueue(execution, queue);
}

export function noQueue({ id, queues }: Execution, queue: string): VisibleError {
  const known = queues.length > 0 ? `it has ${queues.join(", ")}` : "it has none";
  return new VisibleError("notFound", `Execution ${id} has no queue "${queue}"; ${known}.`);
}

/** Nothing can be put into, or changed of, what is over. */
export function demandAlive(execution: Execution): void {
  if (!isOver(execution) && execution.state !== "ending") return;
  const text = `Execution ${execution.id} is ${execution.state}: nothing more can be given to it.`;
  throw new VisibleError("conflict", `${text} Retry it, or submit another.`);
}
