// Woken by the decide queue: one cycle for any number of wake-ups.
import type { Hosted } from "#functions/aws/hosted.ts";
import { type BatchResponse, handleRecords } from "#functions/aws/queue.ts";
import { schedule } from "#functions/scheduler/schedule.ts";

export function wokenSchedule({ world, env, records }: Hosted) {
  return (event: unknown): Promise<BatchResponse> =>
    handleRecords(event, records(env.ZOE_DECIDE_QUEUE_URL), async () => {
      await schedule(world);
      return [];
    });
}
