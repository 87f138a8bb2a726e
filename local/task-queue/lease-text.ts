// Leases as they are handed out: as objects, or as JSON text into which the payloads are laid as they are.
import type { Json } from "#functions/store.ts";
import type { Lease, LeaseText } from "#functions/task-queues.ts";
import type { Held } from "./hands.ts";
import { NO_TROUBLE } from "./parts.ts";
import type { Queue } from "./queue.ts";

export function leaseOf(queue: Queue, { lease, position, worker }: Held): Lease {
  const { attempts } = queue.parts.troubles.get(position) ?? NO_TROUBLE;
  const payload = JSON.parse(queue.tasks.payloadOf(position)) as Json;
  return { lease, task: queue.tasks.idOf(position), payload, attempts, until: worker.until };
}

export function leaseTextOf(queue: Queue, taken: readonly Held[]): LeaseText {
  const { tasks } = queue;
  const { troubles } = queue.parts;
  let text = "[";
  for (const { lease, position, worker } of taken) {
    const attempts = troubles.size === 0 ? 0 : (troubles.get(position) ?? NO_TROUBLE).attempts;
    const task = JSON.stringify(tasks.idOf(position));
    if (text.length > 1) text += ",";
    text += `{"lease":"${lease}","task":${task},"attempts":${attempts},"until":${worker.until},"payload":${tasks.payloadOf(position)}}`;
  }
  return { leases: taken.map(({ lease }) => lease), text: `${text}]` };
}
