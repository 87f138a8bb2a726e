// Woken by the event queue: what ECS and Batch say happened, and ticks.
import { hosted } from "#functions/aws/hosted.ts";
import { observeMessages } from "#functions/aws/observing.ts";
import { type BatchResponse, handleRecords } from "#functions/aws/queue.ts";

const { world, env, book, records } = await hosted("observe");

export function handler(event: unknown): Promise<BatchResponse> {
  return handleRecords<unknown>(event, records(env.ZOE_EVENT_QUEUE_URL), (messages) =>
    observeMessages(world, book, messages),
  );
}
