// Woken by the feed queue: sends what was put to the queues from which sidecars lease.
import { feed } from "#functions/aws/feed.ts";
import type { Hosted } from "#functions/aws/hosted.ts";
import { type BatchResponse, handleRecords } from "#functions/aws/queue.ts";
import type { FeedMessage } from "#functions/aws/task-queues/parts.ts";

export function wokenFeed({ world, env, feeding, records }: Hosted) {
  return (event: unknown): Promise<BatchResponse> =>
    handleRecords<FeedMessage>(event, records(env.ZOE_FEED_QUEUE_URL), async (messages) => {
      const failed: number[] = [];
      for (const [position, message] of messages.entries())
        await feed(feeding, message).catch((error: unknown) => {
          world.log.warn("Tasks are sent again later.", { ...message.ref, error });
          failed.push(position);
        });
      return failed;
    });
}
