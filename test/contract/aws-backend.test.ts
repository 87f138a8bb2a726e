// The backend contract over ECS and Batch, and that of gangs over Batch, on the double of AWS.
import { aLaunch } from "#test/functions/backends/a-launch.ts";
import { MOST, openAwsBody } from "#test/functions/backends/aws-body.ts";
import { type BackendBody, backendContract } from "./backend.ts";
import { type GangBody, gangContract } from "./gangs.ts";

for (const engine of ["ecs", "batch"] as const)
  backendContract(
    engine,
    async (): Promise<BackendBody> => {
      const body = openAwsBody(engine);
      await body.ready;
      return {
        ...body,
        request: (play, { instance, shape, maxTimeSeconds } = {}) =>
          body.as(
            aLaunch({
              ...{ run: engine === "ecs" ? "once" : "array", ...(instance && { instance }) },
              service: {
                resources: { cpu: 0.25, memoryMib: 512, gpu: 0, ...shape },
                ...(maxTimeSeconds !== undefined && { maxTimeSeconds }),
              },
            }),
            play,
          ),
      };
    },
    // AWS itself queues or refuses what its quotas do not hold, and tells no figures of its limits of memory.
    { capacity: MOST, admits: false, memoryLimits: false, timeLimits: true },
  );

gangContract("batch", async (): Promise<GangBody> => {
  const body = openAwsBody("batch");
  await body.ready;
  return {
    ...body,
    gang: (play, nodes, { generation = 1 } = {}) =>
      Array.from({ length: nodes }, (_, index) =>
        body.as(
          aLaunch({
            ...{ run: "gang", instance: { index, generation } },
            service: { nodes, count: nodes, ranks: { perNode: 1 } },
          }),
          index === 0 ? play : { does: "stay" },
        ),
      ),
    lose: body.loseNode,
  };
});
