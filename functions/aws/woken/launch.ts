// Woken by the launch queue: starts what is placed, and stops what should not run.
import type { Hosted } from "#functions/aws/hosted.ts";
import { type BatchResponse, handleRecords } from "#functions/aws/queue.ts";
import { launch } from "#functions/launch.ts";
import type { LaunchMessage } from "#shared/message.ts";

export function wokenLaunch({ world, env, records }: Hosted) {
  return (event: unknown): Promise<BatchResponse> =>
    handleRecords<LaunchMessage>(event, records(env.ZOE_LAUNCH_QUEUE_URL), async (messages) => {
      await launch(world, messages);
      return [];
    });
}
