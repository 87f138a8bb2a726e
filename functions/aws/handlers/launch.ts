// Woken by the launch queue: starts what is placed, and stops what should not run.
import { hosted } from "#functions/aws/hosted.ts";
import { type BatchResponse, handleRecords } from "#functions/aws/queue.ts";
import { launch } from "#functions/launch.ts";
import type { LaunchMessage } from "#shared/message.ts";

const { world, env, records } = await hosted("launch");

export function handler(event: unknown): Promise<BatchResponse> {
  return handleRecords<LaunchMessage>(
    event,
    records(env.ZOE_LAUNCH_QUEUE_URL),
    async (messages) => {
      await launch(world, messages);
      return [];
    },
  );
}
