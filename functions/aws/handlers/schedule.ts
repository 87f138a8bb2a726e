// Woken by the decide queue: one cycle for any number of wake-ups.
import { hosted } from "#functions/aws/hosted.ts";
import { type BatchResponse, handleRecords } from "#functions/aws/queue.ts";
import { schedule } from "#functions/scheduler/schedule.ts";

const { world, env, records } = await hosted("schedule");

export function handler(event: unknown): Promise<BatchResponse> {
  return handleRecords(event, records(env.ZOE_DECIDE_QUEUE_URL), async () => {
    await schedule(world);
    return [];
  });
}
