// Which Zoe is this, and does it live?

import type { Api } from "#functions/api/api.ts";
import { route } from "#functions/api/route.ts";
import { TASK_LIMITS } from "#functions/task-queues.ts";
import { Health, Info, SUBMISSIONS_PER_CALL } from "#shared/api/info.ts";

const group = "This Zoe";

export const infoRoutes = [
  route({
    method: "get",
    path: "/healthz",
    group,
    summary: "Whether it lives",
    text: "Asks the store for one record. 503 where that fails.",
    access: "public",
    answer: { status: 200, text: "It lives", schema: Health, example: { status: "ok" } },
    async handle({ api }) {
      await api.world.store.get({ pk: "health", sk: "none" });
      return { status: "ok" as const };
    },
  }),
  route({
    method: "get",
    path: "/v1/info",
    group,
    summary: "Version, engines, limits, and who you are",
    access: "read",
    answer: { status: 200, text: "About this Zoe and you", schema: Info },
    handle: ({ api, principal }) => ({
      version: api.version,
      engines: enginesOf(api),
      limits: limitsOf(api),
      you: principal,
    }),
  }),
];

function enginesOf({ world }: Api): Info["engines"] {
  return world.backends.map(({ name, capabilities }) => {
    const { engine, runs, capacity, largest, catalogueOnly, notes = [] } = capabilities;
    return { name, engine, runs, capacity, largest, catalogueOnly, notes };
  });
}

function limitsOf({ limits, world }: Api): Info["limits"] {
  const { bodyBytes, uploadBytes, waitSeconds, requestsPerSecond } = limits;
  return {
    ...{ bodyBytes, uploadBytes, waitSeconds, requestsPerSecond },
    submissionsPerCall: SUBMISSIONS_PER_CALL,
    tasksPerPut: TASK_LIMITS.tasksPerPut,
    taskPayloadBytes: TASK_LIMITS.payloadBytes,
    retentionDays: world.settings.retentionDays,
  };
}
