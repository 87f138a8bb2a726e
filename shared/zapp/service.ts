// A service as steps and engines see it: templates replaced, defaults filled in, seconds and MiB. What people write is written-service.ts.
import * as z from "zod";

export const RUN_KINDS = ["once", "array", "gang", "worker", "forever"] as const;
export type RunKind = (typeof RUN_KINDS)[number];

const count = z.int().min(0);
const seconds = z.number().min(0);
const texts = z.record(z.string(), z.string()).readonly();

/** exec: words without a shell. shell: one line for `sh -c`. script: a shell script in which no template is ever replaced. */
export const Command = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("exec"), words: z.array(z.string()).min(1).readonly() }),
  z.strictObject({ kind: z.literal("shell"), text: z.string() }),
  z.strictObject({ kind: z.literal("script"), text: z.string() }),
]);
export type Command = z.infer<typeof Command>;

export const Resources = z
  .strictObject({
    cpu: z.number().positive(),
    memoryMib: z.number().positive(),
    gpu: count,
    /** Room for scratch files, and shared memory, where more is wanted than the engine gives by itself. */
    diskMib: z.number().optional(),
    sharedMemoryMib: z.number().optional(),
  })
  .readonly();
export type Resources = z.infer<typeof Resources>;

export const Input = z
  .strictObject({ from: z.string(), to: z.string(), shardBy: z.literal("rank").optional() })
  .readonly();
export type Input = z.infer<typeof Input>;

/** `to` is `results`, or the address of a folder elsewhere. */
export const Output = z.strictObject({ path: z.string(), to: z.string() }).readonly();
export type Output = z.infer<typeof Output>;

export const Volume = z
  .strictObject({
    name: z.string(),
    path: z.string(),
    readOnly: z.boolean(),
    scope: z.enum(["execution", "user", "tenant"]),
  })
  .readonly();
export type Volume = z.infer<typeof Volume>;

/** A right of the zapp's own role: to a bucket, or towards Zoe's API. */
export const Need = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("bucket"),
    bucket: z.string(),
    access: z.enum(["read", "write"]),
  }),
  z.strictObject({ kind: z.literal("zoe"), access: z.enum(["read", "submit"]) }),
]);
export type Need = z.infer<typeof Need>;

export const RETRY_REASONS = ["failed", "interrupted", "lost", "outOfMemory", "timedOut"] as const;

/** `attempts` counts the first try too: 1 means no retry. `exits` are exit codes that are worth another try. */
export const Retry = z
  .strictObject({
    attempts: z.int().min(1),
    backoffSeconds: seconds,
    on: z.array(z.enum(RETRY_REASONS)).readonly(),
    exits: z.array(z.int()).readonly(),
  })
  .readonly();
export type Retry = z.infer<typeof Retry>;

export const Health = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("http"), path: z.string(), port: z.int() }),
  z.strictObject({ kind: z.literal("tcp"), port: z.int() }),
  z.strictObject({ kind: z.literal("command"), words: z.array(z.string()).readonly() }),
]);
export type Health = z.infer<typeof Health>;

const base = {
  name: z.string(),
  image: z.string().optional(),
  /** The folder of the zapp that the process engine runs in. */
  program: z.string().optional(),
  framework: z.string().optional(),
  /** Without one, the image's own command runs. */
  command: Command.optional(),
  environment: texts,
  /** Variable -> name of the secret. */
  secrets: texts,
  resources: Resources,
  capacity: z.enum(["spot", "on-demand", "filler"]),
  inputs: z.array(Input).readonly(),
  outputs: z.array(Output).readonly(),
  /** Path -> content. */
  files: texts,
  volumes: z.array(Volume).readonly(),
  needs: z.array(Need).readonly(),
  after: z.array(z.string()).readonly(),
  retry: Retry,
  /** Of one instance, from its start; then it is killed. */
  maxTimeSeconds: seconds.optional(),
  pull: z.enum(["newest", "pinned"]),
  checkpoint: z.strictObject({ path: z.string(), everySeconds: seconds }).optional(),
};

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** product: every combination of the axes' values, the last axis fastest. points: exactly these. */
export const Sweep = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("product"),
    axes: z.record(z.string(), z.array(scalar).readonly()),
  }),
  z.strictObject({
    kind: z.literal("points"),
    points: z.array(z.record(z.string(), scalar)).readonly(),
  }),
]);
export type Sweep = z.infer<typeof Sweep>;

export const OnceService = z
  .strictObject({ ...base, run: z.literal("once"), count: z.literal(1) })
  .readonly();
export type OnceService = z.infer<typeof OnceService>;

export const ArrayService = z
  .strictObject({
    ...base,
    run: z.literal("array"),
    count: z.int().min(1),
    sweep: Sweep.optional(),
    /** Most that run at once. */
    atOnce: z.int().min(1).optional(),
    /** A template: `labelOf` gives one child's. */
    label: z.string().optional(),
    /** How many children may fail without failing the execution. */
    tolerate: z.union([z.strictObject({ count }), z.strictObject({ percent: z.number() })]),
  })
  .readonly();
export type ArrayService = z.infer<typeof ArrayService>;

export const GangService = z
  .strictObject({
    ...base,
    run: z.literal("gang"),
    /** `auto`: the plan decides; `count` is 1 until it has. */
    nodes: z.union([z.int().min(1), z.literal("auto")]),
    count: z.int().min(1),
    ranks: z.union([z.strictObject({ total: count }), z.strictObject({ perNode: count })]),
    startWithinSeconds: seconds,
    onLostNode: z.enum(["restart", "fail"]),
    prepare: Command.optional(),
    finish: Command.optional(),
  })
  .readonly();
export type GangService = z.infer<typeof GangService>;

export const WorkerService = z
  .strictObject({
    ...base,
    run: z.literal("worker"),
    queue: z.string(),
    count: z.strictObject({ min: count, max: z.int().min(1) }).readonly(),
    /** One more worker for each so many waiting tasks. */
    backlogPerWorker: z.int().min(1),
    idleSeconds: seconds,
    maxTasks: z.int().min(1).optional(),
    retireAfterSeconds: seconds.optional(),
    shareMax: z
      .strictObject({ group: z.string(), max: z.int().min(1) })
      .readonly()
      .optional(),
  })
  .readonly();
export type WorkerService = z.infer<typeof WorkerService>;

export const Port = z
  .strictObject({ name: z.string(), port: z.int(), proxy: z.literal("http").optional() })
  .readonly();
export type Port = z.infer<typeof Port>;

export const ForeverService = z
  .strictObject({
    ...base,
    run: z.literal("forever"),
    count: z.strictObject({ essential: count, total: z.int().min(1) }).readonly(),
    health: Health.optional(),
    ports: z.array(Port).readonly(),
  })
  .readonly();
export type ForeverService = z.infer<typeof ForeverService>;

export const Service = z.discriminatedUnion("run", [
  OnceService,
  ArrayService,
  GangService,
  WorkerService,
  ForeverService,
]);
export type Service = z.infer<typeof Service>;
