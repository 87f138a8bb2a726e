// One service with its defaults laid in. What it answers is proven by the strict parse in normalise.ts.
import { mibOf, secondsOf } from "#shared/units.ts";
import { isRecord, type JsonRecord, listOf, recordOf } from "./json.ts";
import { Sweep } from "./service.ts";
import { sweepSize } from "./sweep.ts";

/** What a service gets that asks for nothing: the smallest that most programs run in. */
export const DEFAULT_RESOURCES = { cpu: 1, memoryMib: 2048, gpu: 0 };
/** A machine that is taken away or lost is no fault of the program. */
export const DEFAULT_RETRY = {
  attempts: 3,
  backoffSeconds: 10,
  on: ["interrupted", "lost"],
  exits: [],
};
/** Whoever asks for retries means failures too. */
const DEFAULT_RETRY_REASONS = ["failed", "interrupted", "lost"];
export const DEFAULT_WORKER = { idleSeconds: 20, backlogPerWorker: 10 };
const DEFAULT_START_WITHIN_SECONDS = 600;

export function normaliseService(fields: JsonRecord): Record<string, unknown> {
  return present({
    name: fields.name,
    run: fields.run,
    image: fields.image,
    program: fields.program,
    framework: fields.framework,
    command: normaliseProgram(fields),
    environment: texts(fields.environment),
    secrets: recordOf(fields.secrets),
    resources: normaliseResources(recordOf(fields.resources)),
    capacity: fields.capacity ?? (fields.run === "worker" ? "spot" : "on-demand"),
    inputs: listOf(fields.inputs),
    outputs: listOf(fields.outputs).map((output) => ({ to: "results", ...recordOf(output) })),
    files: recordOf(fields.files),
    volumes: listOf(fields.volumes).map((volume) => ({
      readOnly: false,
      scope: "execution",
      ...recordOf(volume),
    })),
    needs: listOf(fields.needs).map(normaliseNeed),
    after: listOf(fields.after),
    retry: isRecord(fields.retry) ? normaliseRetry(fields.retry) : DEFAULT_RETRY,
    maxTimeSeconds: inSeconds(fields.maxTime),
    pull: fields.pull ?? "pinned",
    checkpoint: isRecord(fields.checkpoint)
      ? { path: fields.checkpoint.path, everySeconds: inSeconds(fields.checkpoint.every) }
      : undefined,
    ...normaliseRun(fields),
  });
}

function normaliseRun(fields: JsonRecord): JsonRecord {
  switch (fields.run) {
    case "array":
      return normaliseArray(fields);
    case "gang":
      return normaliseGang(fields);
    case "worker":
      return normaliseWorker(fields);
    case "forever":
      return normaliseForever(fields);
    default:
      return { count: 1 };
  }
}

function normaliseArray(fields: JsonRecord): JsonRecord {
  const sweep = fields.sweep === undefined ? undefined : normaliseSweep(fields.sweep);
  return {
    count: sweep === undefined ? fields.count : sweepSize(sweep),
    sweep,
    atOnce: fields.atOnce,
    label: fields.label,
    tolerate: normaliseTolerance(fields.tolerate ?? 0),
  };
}

function normaliseSweep(sweep: unknown): Sweep {
  return Sweep.parse(
    Array.isArray(sweep) ? { kind: "points", points: sweep } : { kind: "product", axes: sweep },
  );
}

function normaliseTolerance(tolerate: unknown): JsonRecord {
  const isPercent = typeof tolerate === "string" && tolerate.endsWith("%");
  return isPercent ? { percent: Number.parseFloat(tolerate) } : { count: tolerate };
}

function normaliseGang(fields: JsonRecord): JsonRecord {
  const { nodes, ranks, ranksPerNode = 1, onLostNode = "restart" } = fields;
  return {
    nodes,
    count: nodes === "auto" ? 1 : nodes,
    ranks: ranks === undefined ? { perNode: ranksPerNode } : { total: ranks },
    startWithinSeconds: inSeconds(fields.startWithin) ?? DEFAULT_START_WITHIN_SECONDS,
    onLostNode,
    prepare: normaliseCommand(fields.prepare),
    finish: normaliseCommand(fields.finish),
  };
}

function normaliseWorker(fields: JsonRecord): JsonRecord {
  return {
    queue: fields.queue,
    count: { min: 0, ...recordOf(fields.count) },
    backlogPerWorker: fields.backlogPerWorker ?? DEFAULT_WORKER.backlogPerWorker,
    idleSeconds: inSeconds(fields.idle) ?? DEFAULT_WORKER.idleSeconds,
    maxTasks: fields.maxTasks,
    retireAfterSeconds: inSeconds(fields.retireAfter),
    shareMax: fields.shareMax,
  };
}

function normaliseForever(fields: JsonRecord): JsonRecord {
  const { essential, total = 1 } = recordOf(fields.count);
  return {
    count: { essential: essential ?? total, total },
    health: isRecord(fields.health) ? normaliseHealth(fields.health) : undefined,
    ports: listOf(fields.ports),
  };
}

function normaliseHealth({ http, tcp, command, port }: JsonRecord): JsonRecord {
  if (http !== undefined) return { kind: "http", path: http, port };
  return tcp === undefined ? { kind: "command", words: command } : { kind: "tcp", port: tcp };
}

function normaliseProgram({ command, script }: JsonRecord): JsonRecord | undefined {
  return script === undefined ? normaliseCommand(command) : { kind: "script", text: script };
}

function normaliseCommand(command: unknown): JsonRecord | undefined {
  if (Array.isArray(command)) return { kind: "exec", words: command.map(String) };
  return command === undefined ? undefined : { kind: "shell", text: command };
}

function normaliseResources({ cpu, memory, gpu, disk, sharedMemory }: JsonRecord): JsonRecord {
  return present({
    cpu: cpu ?? DEFAULT_RESOURCES.cpu,
    memoryMib: inMib(memory) ?? DEFAULT_RESOURCES.memoryMib,
    gpu: gpu ?? DEFAULT_RESOURCES.gpu,
    diskMib: inMib(disk),
    sharedMemoryMib: inMib(sharedMemory),
  });
}

function normaliseNeed(need: unknown): JsonRecord {
  const { bucket, access, zoe } = recordOf(need);
  return zoe === undefined ? { kind: "bucket", bucket, access } : { kind: "zoe", access: zoe };
}

function normaliseRetry({ attempts, backoff, on }: JsonRecord): JsonRecord {
  const reasons = on === undefined ? DEFAULT_RETRY_REASONS : listOf(on);
  return {
    attempts: attempts ?? DEFAULT_RETRY.attempts,
    backoffSeconds: inSeconds(backoff) ?? DEFAULT_RETRY.backoffSeconds,
    on: reasons.filter((reason) => typeof reason === "string"),
    exits: reasons.filter(isRecord).map((reason) => reason.exit),
  };
}

function texts(variables: unknown): JsonRecord {
  const entries = Object.entries(recordOf(variables));
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

export function inSeconds(text: unknown): number | undefined {
  return typeof text === "string" ? secondsOf(text) : undefined;
}

export function inMib(text: unknown): number | undefined {
  return typeof text === "string" ? mibOf(text) : undefined;
}

/** Without the fields that have no value, so that what is stored and what is compared are the same. */
export function present(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
