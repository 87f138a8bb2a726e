// Answers as they look, for the documentation: one researcher's afternoon. A test holds them against their schemas.
import type {
  ExecutionAnswer,
  ExecutionRow,
  PlanAnswer,
  Submitted,
} from "#shared/api/execution.ts";
import type { EventPage, InstancePage, LogAnswer } from "#shared/api/history.ts";
import type { QueueAnswer, ResultPage, TaskAnswer, TasksPut } from "#shared/api/queue.ts";

const id = "exe_01m7yyt8f3w2k5h9q4x6z0c1d7";
const at = 1_767_225_600_000;
const asked = { cpu: 0.25, memoryMib: 512, gpu: 0 };
const used = { cpuSeconds: 9.6, wallSeconds: 41.2, peakMemoryMib: 310 };

const row: ExecutionRow = {
  ...{ id, tenant: "default", user: "ada", zapp: "document-classifier", name: "Abstracts of May" },
  ...{ labels: { group: "7" }, priority: 50, state: "running", round: 1, engine: "process" },
  ...{ createdAt: at, startedAt: at + 800 },
};

const documents: QueueAnswer = {
  ...{ put: 100, done: 62, failed: 1, leased: 8, waiting: 30, redriven: 0 },
  ...{ closed: true, drained: false, ratePerSecond: 12.5, etaSeconds: 3.04 },
};

const submitted: Submitted = {
  execution: { ...row, state: "queued" },
  warnings: [],
  repeated: false,
};

const execution: ExecutionAnswer = {
  ...row,
  version: "9f1c2b3a4d5e6f70",
  services: [
    {
      ...{ service: "classifier", run: "worker", backend: "process", count: 8, want: 8 },
      ...{ essential: 0, live: 8, running: 8, succeeded: 0, failed: 0, cancelled: 0, retrying: 0 },
      ...{ asked, used },
    },
  ],
  queues: { documents },
};

const plan: PlanAnswer = {
  ...{ zapp: "document-classifier", starts: "later", warnings: [] },
  reason: {
    code: "capacity",
    text: "It waits for 2 vCPU: 2 of 2 are held.",
    help: "It starts when something ends.",
  },
  services: [
    {
      ...{ service: "classifier", run: "worker", backend: "process", capacity: "spot" },
      ...{ count: 8, essential: 0, after: [], asked },
    },
  ],
};

const put: TasksPut = { ids: ["1706.03762", "1312.6114"], added: 2 };

const task: TaskAnswer = {
  ...{ task: "1706.03762", state: "succeeded", attempts: 0, worker: "classifier-3.1", at },
  payload: { title: "Attention is all you need" },
  result: { topic: "computer science" },
};

const results: ResultPage = {
  items: [
    {
      ...{ queue: "documents", task: "1706.03762", ok: true, attempts: 0 },
      ...{ worker: "classifier-3.1", at, result: { topic: "computer science" } },
    },
  ],
};

const events: EventPage = {
  items: [
    { at, of: "execution", to: "queued", by: "ada" },
    { at: at + 800, of: "instance", instance: "classifier-0.1", from: "launching", to: "running" },
  ],
};

const instances: InstancePage = {
  items: [
    {
      ...{ executionId: id, service: "classifier", index: 0, generation: 1 },
      ...{ state: "ended", changedAt: at, startedAt: at, endedAt: at + 41_200 },
      ...{ outcome: { kind: "outOfMemory", reason: "It used more than 512 MiB." }, usage: used },
    },
  ],
  counts: { running: 7, outOfMemory: 1 },
};

const log: LogAnswer = { instance: "classifier-0.1", text: "ready\n", next: 6, done: false };

export const EXAMPLES = {
  ...{ submitted, execution, page: { items: [row] }, plan, queue: documents, put, task },
  ...{ results, events, instances, log, row },
} as const;
