// A zapp as steps and engines see it: expanded for one execution. People write it as zapp/written.ts says; zapp/expand.ts makes this of it.
import * as z from "zod";
import { Service } from "./zapp/service.ts";

export type {
  ArrayService,
  Command,
  ForeverService,
  GangService,
  OnceService,
  RunKind,
  Service,
  WorkerService,
} from "./zapp/service.ts";
export type { WrittenZapp } from "./zapp/written.ts";

export const Queue = z
  .strictObject({ leaseSeconds: z.number().positive(), maxAttempts: z.int().min(1) })
  .readonly();
export type Queue = z.infer<typeof Queue>;

/**
 * What a result becomes. `by` points into the result; the value found there names the queue by `to`, any other goes to `otherwise`.
 * Without `by`, all go to `otherwise`. Each route of a queue makes its own child.
 */
export const Route = z
  .strictObject({
    from: z.string(),
    by: z.string().optional(),
    to: z.record(z.string(), z.string()).readonly(),
    otherwise: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("deadLetter") }),
      z.strictObject({ kind: z.literal("drop") }),
      z.strictObject({ kind: z.literal("queue"), queue: z.string() }),
    ]),
    /** The child's body: the parent's input, its result, or the result laid over the input. */
    task: z.enum(["input", "result", "merge"]),
  })
  .readonly();
export type Route = z.infer<typeof Route>;

/** What the deadline contract sizes clusters from. Times in seconds; `memoryPerUnit` in bytes. */
export const CostModel = z
  .strictObject({
    unit: z.string(),
    measured: z.strictObject({ input: z.string(), bytesPerUnit: z.number() }),
    stages: z
      .array(
        z.strictObject({
          name: z.string(),
          fixedSeconds: z.number(),
          /** Instance type -> seconds of one node per unit. */
          perUnit: z.record(z.string(), z.number()),
          serialSeconds: z.number(),
        }),
      )
      .readonly(),
    memoryPerUnit: z.number().optional(),
  })
  .readonly();
export type CostModel = z.infer<typeof CostModel>;

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const parameterValue = z.union([
  scalar,
  z.array(scalar).readonly(),
  z.array(z.record(z.string(), scalar)).readonly(),
]);
export type ParameterValue = z.infer<typeof parameterValue>;

export const Zapp = z
  .strictObject({
    version: z.literal(4),
    name: z.string(),
    title: z.string(),
    description: z.string(),
    /** Given or by default; programs see them as `ZOE_PARAM_NAME`. Secret ones are never here. */
    parameters: z.record(z.string(), parameterValue).readonly(),
    secretParameters: z.array(z.string()).readonly(),
    queues: z.record(z.string(), Queue).readonly(),
    services: z.array(Service).readonly(),
    routes: z.array(Route).readonly(),
    /** Of the whole execution, from its first start. */
    maxTimeSeconds: z.number().optional(),
    /** A session stops after this long without use, and warns before. */
    idle: z.strictObject({ afterSeconds: z.number(), warnSeconds: z.number() }).optional(),
    costModel: CostModel.optional(),
    /** Framework -> its configuration. */
    uses: z.record(z.string(), z.record(z.string(), z.json())).readonly(),
  })
  .readonly();
export type Zapp = z.infer<typeof Zapp>;
