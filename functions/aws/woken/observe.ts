// Woken by the event queue: what ECS and Batch say happened, and ticks.
import type { Hosted } from "#functions/aws/hosted.ts";
import { observeMessages } from "#functions/aws/observing.ts";
import { type BatchResponse, handleRecords } from "#functions/aws/queue.ts";

export function wokenObserve({ world, env, book, records }: Hosted) {
  return (event: unknown): Promise<BatchResponse> =>
    handleRecords<unknown>(event, records(env.ZOE_EVENT_QUEUE_URL), (messages) =>
      observeMessages(world, book, messages),
    );
}
