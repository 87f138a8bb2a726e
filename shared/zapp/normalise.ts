// Lays the defaults in: a filled description becomes a zapp in seconds and MiB. The strict parse at the end proves that nothing was forgotten.

import { type ParameterValue, Zapp } from "#shared/zapp.ts";
import { recordOf } from "./json.ts";
import { inSeconds, normaliseService, present } from "./normalise-service.ts";
import { isSecret } from "./parameters.ts";
import { sketchOf } from "./sketch.ts";
import type { WrittenZapp } from "./written.ts";

const DEFAULT_QUEUE = { leaseSeconds: 60, maxAttempts: 3 };
const DEFAULT_WARNING_SECONDS = 15 * 60;

export function normalise(
  written: WrittenZapp,
  parameters: Readonly<Record<string, ParameterValue>>,
): Zapp {
  const secret = Object.entries(written.parameters ?? {}).filter(([, parameter]) =>
    isSecret(parameter),
  );
  return Zapp.parse(
    present({
      version: 4,
      name: written.name,
      title: written.title ?? written.name,
      description: written.description ?? "",
      parameters,
      secretParameters: secret.map(([name]) => name),
      queues: mapValues(written.queues ?? {}, (queue) => ({
        leaseSeconds: inSeconds(queue.lease) ?? DEFAULT_QUEUE.leaseSeconds,
        maxAttempts: queue.maxAttempts ?? DEFAULT_QUEUE.maxAttempts,
      })),
      services: sketchOf(written).services.map((service) => normaliseService(service.fields)),
      routes: (written.routes ?? []).map(normaliseRoute),
      maxTimeSeconds: inSeconds(written.maxTime),
      idle: written.idle && normaliseIdle(written.idle),
      costModel: written.costModel && normaliseCostModel(written.costModel),
      uses: written.uses ?? {},
    }),
  );
}

function mapValues<T, R>(
  record: Readonly<Record<string, T>>,
  change: (value: T) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function normaliseRoute(route: NonNullable<WrittenZapp["routes"]>[number]) {
  const { from, by, to = {}, else: otherwise = "deadLetter", task = "input" } = route;
  const isWord = otherwise === "deadLetter" || otherwise === "drop";
  return present({
    from,
    by,
    to,
    otherwise: isWord ? { kind: otherwise } : { kind: "queue", queue: otherwise },
    task,
  });
}

/** The warning comes at most half of the idle time before the end. */
function normaliseIdle(idle: NonNullable<WrittenZapp["idle"]>) {
  const afterSeconds = inSeconds(idle.after) ?? 0;
  const warnSeconds = inSeconds(idle.warn) ?? Math.min(DEFAULT_WARNING_SECONDS, afterSeconds / 2);
  return { afterSeconds, warnSeconds };
}

function normaliseCostModel(model: NonNullable<WrittenZapp["costModel"]>) {
  return present({
    ...model,
    stages: model.stages.map((stage) => ({
      name: stage.name,
      fixedSeconds: inSeconds(stage.fixed) ?? 0,
      perUnit: recordOf(stage.perUnit),
      serialSeconds: inSeconds(stage.serial) ?? 0,
    })),
  });
}
