// Results of an execution across its queues: results and dead letters, queue by queue, in the order they were recorded.
import type { Execution } from "#shared/execution.ts";
import { VisibleError } from "#shared/fault.ts";
import type { Outcome } from "./task-queues.ts";
import type { World } from "./world.ts";

export interface Result extends Outcome {
  readonly queue: string;
}

export interface ResultFilter {
  readonly queue?: string;
  readonly ok?: boolean;
}

export interface Results {
  readonly items: readonly Result[];
  readonly cursor?: string;
}

export function queuesOf({ id, queues }: Execution, queue?: string): readonly string[] {
  if (queue === undefined) return queues;
  if (queues.includes(queue)) return [queue];
  const known = queues.length > 0 ? `it has ${queues.join(", ")}` : "it has none";
  throw new VisibleError("notFound", `Execution ${id} has no queue "${queue}"; ${known}.`);
}

/** A page may be shorter than `limit`, even empty: the cursor tells whether there is more. The cursor is the queue's position and its own cursor. */
export async function listResults(
  world: World,
  execution: Execution,
  { queue, ok }: ResultFilter,
  page: { readonly limit: number; readonly cursor?: string },
): Promise<Results> {
  const queues = queuesOf(execution, queue);
  const [position = "0", ...inner] = (page.cursor ?? "0").split(":");
  const at = Number(position);
  const name = queues[at];
  if (name === undefined) return { items: [] };
  const found = await world.tasks.outcomes(
    { executionId: execution.id, queue: name },
    {
      limit: page.limit,
      ...(ok !== undefined && { ok }),
      ...(inner.length > 0 && { cursor: inner.join(":") }),
    },
  );
  const items = found.outcomes.map((outcome) => resultOf(name, outcome));
  if (found.cursor !== undefined) return { items, cursor: `${at}:${found.cursor}` };
  return at + 1 < queues.length ? { items, cursor: String(at + 1) } : { items };
}

function resultOf(queue: string, outcome: Outcome): Result {
  const { task, ok, attempts, worker, at, payload, result, error } = outcome;
  return { queue, task, ok, attempts, worker, at, payload, result, error };
}

/** All of them, page by page. */
export async function* eachResult(
  world: World,
  execution: Execution,
  filter: ResultFilter,
  limit: number,
): AsyncGenerator<readonly Result[]> {
  let cursor: string | undefined;
  do {
    const page = await listResults(world, execution, filter, { limit, ...(cursor && { cursor }) });
    yield page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}
