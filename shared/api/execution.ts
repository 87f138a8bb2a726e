// Executions as the API shows them: a row of a list, the whole of one, and why it waits.
import * as z from "zod";
import { AFTER_WHENS } from "#shared/after.ts";
import { EXECUTION_STATES } from "#shared/execution.ts";
import { RUN_KINDS } from "#shared/zapp/service.ts";
import { ExecutionId, TenantName, UserName } from "./name.ts";
import { OutcomeAnswer, UsedAnswer } from "./outcome.ts";
import { pageOf } from "./page.ts";
import { FaultAnswer } from "./problem.ts";
import { QueueAnswer } from "./queue.ts";

const time = z.number().describe("Unix milliseconds");

export const WaitReasonAnswer = z
  .strictObject({
    code: z.string().describe("For programs"),
    text: z.string().describe("For people, with numbers"),
    help: z.string().optional().describe("What would change it"),
  })
  .meta({ id: "WaitReason" });

const row = {
  id: ExecutionId,
  tenant: TenantName,
  user: UserName,
  zapp: z.string(),
  name: z.string(),
  number: z.int().optional().describe("The first of its `numbers`, unique in its tenant"),
  numbers: z.int().optional(),
  labels: z.record(z.string(), z.string()),
  priority: z.number(),
  state: z.enum(EXECUTION_STATES),
  createdAt: time,
  startedAt: time.optional(),
  endedAt: time.optional(),
  maxTimeSeconds: z.number().optional(),
  outcome: OutcomeAnswer.optional(),
  waiting: WaitReasonAnswer.optional(),
  after: z
    .array(
      z.strictObject({
        execution: ExecutionId,
        when: z.enum(AFTER_WHENS),
        met: z.literal(true).optional(),
      }),
    )
    .readonly()
    .optional()
    .describe("It waits for these executions to end, before it stands in line"),
  stop: z
    .strictObject({ at: time, by: z.string(), outcome: OutcomeAnswer })
    .optional()
    .describe("It was told to stop"),
  draining: z.boolean().optional().describe("Its workers lease no more"),
  round: z.int().describe("1, and one more with each retry"),
  engine: z.string(),
  used: UsedAnswer.optional().describe("Once it has ended"),
};

export const ExecutionRow = z.strictObject(row).meta({ id: "ExecutionRow" });
export type ExecutionRow = z.infer<typeof ExecutionRow>;
export const ExecutionPage = pageOf("ExecutionPage", ExecutionRow);
export type ExecutionPage = z.infer<typeof ExecutionPage>;

/** Counts of instances; a queued execution has none yet. */
export const ServiceAnswer = z
  .strictObject({
    service: z.string(),
    run: z.enum(RUN_KINDS),
    backend: z.string(),
    count: z.int().describe("Instances in all; of workers the most"),
    want: z.int().describe("How many may be live now"),
    essential: z.int(),
    live: z.int().describe("Placed and not ended"),
    running: z.int(),
    succeeded: z.int(),
    failed: z.int(),
    cancelled: z.int(),
    retrying: z.int(),
    asked: z
      .strictObject({ cpu: z.number(), memoryMib: z.number(), gpu: z.number() })
      .describe("Of one instance"),
    used: UsedAnswer.describe("By those that ended; the peak is of one instance"),
  })
  .meta({ id: "Service" });
export type ServiceAnswer = z.infer<typeof ServiceAnswer>;

export const ExecutionAnswer = z
  .strictObject({
    ...row,
    version: z.string().describe("Of this answer; wait for another with `?wait=20&after=`"),
    services: z.array(ServiceAnswer).readonly(),
    queues: z.record(z.string(), QueueAnswer),
  })
  .meta({ id: "Execution" });
export type ExecutionAnswer = z.infer<typeof ExecutionAnswer>;

export const Submitted = z
  .strictObject({
    execution: ExecutionRow,
    warnings: z.array(FaultAnswer).readonly(),
    repeated: z.boolean().describe("The Idempotency-Key was seen before: this is what it made"),
  })
  .meta({ id: "Submitted" });
export type Submitted = z.infer<typeof Submitted>;

/** One for each item of the list, in its order. */
export const SubmittedItem = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("accepted"), ...Submitted.shape }),
    z.strictObject({
      kind: z.literal("refused"),
      code: z.string(),
      message: z.string(),
      faults: z.array(FaultAnswer).readonly(),
    }),
  ])
  .meta({ id: "SubmittedItem" });
export type SubmittedItem = z.infer<typeof SubmittedItem>;
export const SubmittedList = z
  .strictObject({ items: z.array(SubmittedItem).readonly(), accepted: z.int(), refused: z.int() })
  .meta({ id: "SubmittedList" });
export type SubmittedList = z.infer<typeof SubmittedList>;

export const WhyAnswer = z
  .strictObject({ state: z.enum(EXECUTION_STATES), reasons: z.array(WaitReasonAnswer).readonly() })
  .meta({ id: "Why" });

export const StoppedMany = z
  .strictObject({
    stopped: z.array(ExecutionId).readonly(),
    more: z.boolean().describe("There are more: ask again"),
  })
  .meta({ id: "StoppedMany" });

export const Retried = z
  .strictObject({
    execution: ExecutionRow,
    instances: z.int().describe("That run again"),
    tasks: z.int().describe("Dead letters that wait again"),
  })
  .meta({ id: "Retried" });

const ask = z
  .strictObject({
    service: z.string(),
    run: z.enum(RUN_KINDS),
    backend: z.string(),
    capacity: z.enum(["spot", "on-demand", "filler"]),
    count: z.int(),
    essential: z.int(),
    asked: z.strictObject({ cpu: z.number(), memoryMib: z.number(), gpu: z.number() }),
    after: z.array(z.string()).readonly(),
  })
  .describe("One service and where it would run");

export const PlanAnswer = z
  .strictObject({
    zapp: z.string(),
    starts: z.enum(["now", "later", "with its first task"]),
    reason: WaitReasonAnswer.optional(),
    services: z.array(ask).readonly(),
    warnings: z.array(FaultAnswer).readonly(),
  })
  .meta({ id: "Plan" });
export type PlanAnswer = z.infer<typeof PlanAnswer>;

export const LedgerAnswer = z
  .strictObject({
    services: z
      .array(
        z.strictObject({
          service: z.string(),
          instances: z.int().describe("That ended"),
          asked: z.strictObject({ cpu: z.number(), memoryMib: z.number(), gpu: z.number() }),
          used: UsedAnswer,
        }),
      )
      .readonly(),
    used: UsedAnswer.describe("In all; the peak is of one instance"),
  })
  .meta({ id: "Ledger" });
export type LedgerAnswer = z.infer<typeof LedgerAnswer>;
