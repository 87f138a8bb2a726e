// The bills of given workloads: what runs, what is asked of AWS for it, and the addresses, boots and tails that bills of brochures leave out.
import { HOURS_A_MONTH, type Item, type PriceName } from "./prices.ts";

export interface Workload {
  readonly name: string;
  readonly told: string;
  readonly items: readonly Item[];
}

const item = (what: string, quantity: number, price: PriceName, because: string): Item => ({
  ...{ what, quantity, price, because },
});

/** What one execution asks of the control plane, from request to end. */
function controlPlane(executions: number): readonly Item[] {
  const lambda = executions * 8;
  return [
    item("Requests to the API", executions * 6, "httpRequest", "submit, five polls of its state"),
    item(
      "Functions: starts",
      lambda,
      "lambdaRequest",
      "6 of the API, schedule, launch, 3 events, shared",
    ),
    item("Functions: time", lambda * 0.15 * 0.75, "lambdaGibSecond", "150 ms of 768 MiB each"),
    item("Messages", executions * 15, "sqsRequest", "5 messages, sent, received, deleted"),
    item(
      "Writes",
      executions * 40,
      "databaseWrite",
      "about 20 items in transactions, which cost twice",
    ),
    item("Reads", executions * 40, "databaseRead", "snapshots, polls, records before a change"),
    item("Logs", executions * 10e-6, "logIngestion", "10 KB of lines"),
  ];
}

/** Fargate counts from the pull of the image on, a minute at least. */
function fargate(
  instances: number,
  hours: number,
  { vcpu, gb, isSpot }: { vcpu: number; gb: number; isSpot: boolean },
): readonly Item[] {
  const all = instances * hours;
  const because = `${instances} x ${round(hours)} h x ${vcpu} vCPU, ${gb} GB`;
  return [
    item("Fargate: processors", all * vcpu, isSpot ? "fargateSpotVcpu" : "fargateVcpu", because),
    item("Fargate: memory", all * gb, isSpot ? "fargateSpotGb" : "fargateGb", because),
    item(
      "Public addresses",
      all,
      "address",
      "one an instance, which may cost more than a small spot task",
    ),
  ];
}

const round = (n: number) => Math.round(n * 1000) / 1000;

/** A thousand small runs: a minute of work after half a minute of pull. */
function zapps(): Workload {
  const executions = 1000;
  return {
    name: "1,000 zapps a day",
    told: "one day: each once, 1 vCPU and 2 GB, a minute of work, half a minute to pull its image",
    items: [
      ...controlPlane(executions),
      ...fargate(executions, 1.5 / 60, { vcpu: 1, gb: 2, isSpot: false }),
    ],
  };
}

/** Tasks leased ten at a time straight from SQS, outcomes flushed by up to 99 in a transaction. */
function tasks(): Workload {
  const n = 1_000_000;
  const hours = (n * 0.2) / 3600 / 50;
  return {
    name: "1,000,000 tasks",
    told: "of 200 ms, by 50 workers of 0.5 vCPU and 1 GB on spot; results of up to 1 KB",
    items: [
      ...controlPlane(1),
      item("Puts", n / 10_000, "httpRequest", "10,000 tasks a request"),
      item(
        "Chunks",
        (n / 10_000) * 2 * 100,
        "databaseWrite",
        "10,000 payloads of 10 bytes: 100 KB, in a transaction",
      ),
      item("Feeding", n / 10, "sqsRequest", "10 tasks a call"),
      item("Leasing", n / 10, "sqsRequest", "10 tasks a receive"),
      item("Deleting", n / 10, "sqsRequest", "10 tasks a call"),
      item(
        "Feed: time",
        (n / 10_000) * 10 * 0.5,
        "lambdaGibSecond",
        "10 s of 512 MiB for 10,000 tasks",
      ),
      item("Outcomes", n * 2, "databaseWrite", "one item each, in transactions, which cost twice"),
      item("Counters", (n / 99) * 2, "databaseWrite", "one a flush of 99"),
      item("Outcomes kept", n * 0.5e-6, "databaseStorage", "a month of 500 bytes each"),
      ...fargate(50, hours + 2 / 60, { vcpu: 0.5, gb: 1, isSpot: true }),
    ],
  };
}

/** EC2 counts from boot to end: hosts come some minutes before the job and stay a little after it. */
function reconstruction(): Workload {
  const nodes = 60;
  const minutes = { boot: 4, pull: 3, work: 10, tail: 5 };
  const hours = (minutes.boot + minutes.pull + minutes.work + minutes.tail) / 60;
  const because = `${nodes} x (${minutes.boot} boot + ${minutes.pull} pull + ${minutes.work} work + ${minutes.tail} idle tail) minutes`;
  return {
    name: "A reconstruction",
    told: `on ${nodes} g5.xlarge for ten minutes: boot, pull of a 2 GB image, and idle tail included`,
    items: [
      ...controlPlane(1),
      item("Hosts", nodes * hours, "g5.xlarge", because),
      item("Disks", (nodes * hours * 100) / HOURS_A_MONTH, "disk", "100 GB each"),
      item("Public addresses", nodes * hours, "address", "of the hosts, which pull and log"),
      item("Files staged in", nodes * 10, "bucketGet", "10 a node"),
      item("Files staged out", nodes * 2, "bucketPut", "2 a node"),
      item("Logs", 0.06, "logIngestion", "1 MB a node"),
    ],
  };
}

function lab(): Workload {
  const sessions = 25;
  return {
    name: "25 lab sessions",
    told: "of four hours: a notebook each, 2 vCPU and 4 GB, on demand",
    items: [
      ...controlPlane(sessions),
      item("Requests of people looking", sessions * 4 * 60, "httpRequest", "one a minute"),
      item("Functions for them", sessions * 4 * 60, "lambdaRequest", "one a minute"),
      ...fargate(sessions, 4 + 2 / 60, { vcpu: 2, gb: 4, isSpot: false }),
    ],
  };
}

export const workloads = (): readonly Workload[] => [zapps(), tasks(), reconstruction(), lab()];
