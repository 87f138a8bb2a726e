// Woken by the event queue: what ECS and Batch say happened, and ticks.
import type { Hosted } from "#functions/aws/hosted.ts";
import { observeMessages } from "#functions/aws/observing.ts";
import { type BatchResponse, handleRecords } from "#functions/aws/queue.ts";
import { tellSidecars } from "#functions/aws/tell-sidecars.ts";
import { toldBySidecars } from "#functions/aws/told.ts";

export function wokenObserve({ world, env, book, feeding, records }: Hosted) {
  const toldOf = toldBySidecars(world.store, feeding.store);
  const looked = (executionId: string) => tellSidecars(world, feeding.store, executionId);
  return (event: unknown): Promise<BatchResponse> =>
    handleRecords<unknown>(event, records(env.ZOE_EVENT_QUEUE_URL), (messages) =>
      observeMessages(world, book, messages, { looked, toldOf }),
    );
}
