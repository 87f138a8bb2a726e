// Eleven runs through the AWS body over loopback: the sidecar and the catalogue's programs as real processes, everything else of AWS by the double.
import { afterAll, beforeAll, expect, test } from "vitest";
import { documentsFor } from "#cli/demo/documents.ts";
import type { RecordedCall } from "#test/aws/recorder.ts";
import { isInstalled } from "#test/installed.ts";
import { type Body, openBody } from "./body.ts";
import { recordStory } from "./record.ts";

let body: Body;
const calls: RecordedCall[] = [];
const lines: string[] = [];

beforeAll(async () => {
  const { ZOE_RECORD } = process.env;
  const write = ZOE_RECORD === undefined ? undefined : recordStory(ZOE_RECORD);
  const record = (call: RecordedCall) => {
    calls.push(call);
    write?.(call);
  };
  body = await openBody({ record, write: (line) => lines.push(line) });
}, 60_000);
afterAll(() => body.close(), 60_000);

const ask = async (method: string, path: string, sent?: unknown) => {
  const answer = await body.api.ask(method, path, sent);
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.bytes}`);
  return answer;
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function submit(submission: object): Promise<string> {
  return (await ask("POST", "/v1/executions", submission)).json.execution.id;
}

async function reaches(id: string, state: string) {
  for (let tries = 0; tries < 400; tries++) {
    const { json } = await ask("GET", `/v1/executions/${id}`);
    if (json.state === state || json.state === "ended") return json;
    await pause(500);
  }
  throw new Error(`${id} did not come so far:\n${lines.slice(-20).join("")}`);
}

const files = async (id: string) =>
  (await ask("GET", `/v1/executions/${id}/files`)).json.items.map(
    ({ path }: { path: string }) => path,
  );

async function classified(zapp: string, parameters: object, count: number) {
  const id = await submit({ zapp, parameters });
  const documents = (await documentsFor(undefined)).slice(0, count);
  const tasks = documents.map(({ value }) => ({ payload: value }));
  await ask("POST", `/v1/executions/${id}/queues/documents/tasks`, tasks);
  await ask("POST", `/v1/executions/${id}/queues/documents/close`);
  expect(await reaches(id, "ended")).toMatchObject({ outcome: { kind: "succeeded" } });
  return id;
}

const hello = async () => {
  const id = await submit({ zapp: "hello", parameters: { name: "cloud" } });
  expect(await reaches(id, "ended")).toMatchObject({ outcome: { kind: "succeeded" } });
  return id;
};

test("hello greets, its file and its log can be read", async () => {
  const id = await hello();
  expect(await files(id)).toEqual(["greeter/greeter-0.1/greeting.txt"]);
  const log = await ask("GET", `/v1/executions/${id}/logs`);
  expect(log.json.text).toContain("Hello, cloud!");
});

test("hello again defines nothing", async () => {
  const before = calls.length;
  await hello();
  const operations = calls.slice(before).map(({ operation }) => operation);
  expect(operations).toContain("RunTask");
  expect(operations).not.toContain("RegisterTaskDefinition");
});

test("a parameter sweep is one array job, its results lie in one folder", async () => {
  const parameters = { macros: ["water-60keV", "lead-60keV"], layers: [1, 2], photons: 1000 };
  const id = await submit({ zapp: "parameter-sweep", parameters });
  expect(await reaches(id, "ended")).toMatchObject({ outcome: { kind: "succeeded" } });
  expect(await files(id)).toHaveLength(4);
  const log = await ask("GET", `/v1/executions/${id}/logs?index=2`);
  expect(log.json.text).toContain("lead-60keV-1.json: ");
  expect(calls.filter(({ operation }) => operation === "SubmitJob")).toHaveLength(1);
});

test.skipIf(!isInstalled("mpicc"))(
  "a gang of four nodes is one MPI machine: seven ranks pass a token over the agents that the sidecars brought",
  async () => {
    const id = await submit({ zapp: "mpi-ring", parameters: { ranks: 7, nodes: 4, laps: 50 } });
    expect(await reaches(id, "ended")).toMatchObject({ outcome: { kind: "succeeded" } });
    const [ring = ""] = (await files(id)).filter((path: string) => path.endsWith("ring.txt"));
    const text = (await ask("GET", `/v1/executions/${id}/files/${ring}`)).bytes.toString();
    const log = await ask("GET", `/v1/executions/${id}/logs`);
    expect(log.json.text).toContain(text);
    expect(text).toMatch(/ranks on each node: 2 2 2 1\n7 ranks, 50 laps/);
    const [secret] = calls.filter(({ operation }) => operation === "GetSecretValue");
    expect(secret?.principal).toBe(body.env.ZOE_EXECUTION_ROLE_ARN);
  },
);

test("the classifier sorts documents, most of them rightly", async () => {
  const id = await classified("document-classifier", { workers: 3 }, 40);
  const { json } = await ask("GET", `/v1/executions/${id}/results?limit=100`);
  const right = json.items.filter(
    ({ result }: { result: { answer: string; predicted: string } }) =>
      result.answer === result.predicted,
  );
  expect(json.items).toHaveLength(40);
  expect(right.length).toBeGreaterThan(30);
  const [service] = (await ask("GET", `/v1/executions/${id}`)).json.services;
  expect(service.used.cpuSeconds).toBeGreaterThan(0);
  expect(service.used.peakMemoryMib).toBeGreaterThan(10);
});

test("two levels: each document passes its topic's queue", async () => {
  const id = await classified("document-classifier-two-level", { workers: 3, selectors: 1 }, 20);
  const { queues } = (await ask("GET", `/v1/executions/${id}`)).json;
  expect(queues.documents).toMatchObject({ put: 20, done: 20, failed: 0 });
  const below = Object.entries(queues as Record<string, { put: number; done: number }>)
    .filter(([name]) => name !== "documents")
    .map(([, { put, done }]) => ({ put, done }));
  expect(below.reduce((sum, { done }) => sum + done, 0)).toBe(20);
  for (const { put, done } of below) expect(done).toBe(put);
});

for (const table of ["file", "sqlite"])
  test(`the split classifier keeps its rows in a ${table}`, async () => {
    const id = await classified("document-classifier-split", { workers: 2, writers: 1, table }, 20);
    expect((await files(id)).join()).toMatch(/results\/table\./);
  });

const adHoc = (service: object) => ({
  description: { version: 4, name: "own", services: [{ name: "main", run: "once", ...service }] },
});

test("a description of one's own stages an upload in and a result out", async () => {
  const upload = await body.api.pass({
    ...{ method: "POST", path: "/v1/uploads", body: Buffer.from("6 7\n") },
    headers: {
      authorization: `Bearer ${body.token}`,
      "content-type": "application/octet-stream",
    },
  });
  const id = await submit(
    adHoc({
      image: "debian",
      inputs: [{ from: upload.json.id, to: "in.txt" }],
      script: 'read a b < "$ZOE_WORK_DIR/in.txt"\necho $((a * b)) > "$ZOE_WORK_DIR/out.txt"',
      outputs: [{ path: "out.txt", to: "results" }],
      resources: { cpu: 0.25, memory: "128MiB" },
    }),
  );
  const { outcome } = await reaches(id, "ended");
  expect(outcome).toEqual({ kind: "succeeded" });
  const out = await ask("GET", `/v1/executions/${id}/files/results/out.txt`);
  expect(out.bytes.toString()).toBe("42\n");
});

test("a program that fails is told with its exit code", async () => {
  const id = await submit(
    adHoc({ image: "debian", script: "exit 3", resources: { cpu: 0.25, memory: "128MiB" } }),
  );
  const { outcome } = await reaches(id, "ended");
  expect(outcome).toMatchObject({ kind: "failed" });
  expect(outcome.reason).toContain("exit code 3");
});

test("what is stopped while it runs has ended, and its task is gone", async () => {
  const id = await submit(
    adHoc({ image: "debian", script: "sleep 600", resources: { cpu: 0.25, memory: "128MiB" } }),
  );
  await reaches(id, "running");
  await ask("DELETE", `/v1/executions/${id}`);
  expect(await reaches(id, "ended")).toMatchObject({ outcome: { kind: "cancelled" } });
  expect(body.ecs.tasks.filter(({ isStopped }) => !isStopped)).toEqual([]);
});

test("no function stands between lease and outcome, and no message was put aside", () => {
  const workers = calls.filter(({ principal }) => principal.includes("/zoe_r_"));
  const own = new Set(workers.map(({ service, operation }) => `${service}.${operation}`));
  expect(own).toContain("sqs.ReceiveMessage");
  expect(own).toContain("dynamodb.TransactWriteItems");
  expect(body.sqs.queueAt(body.queue("dead"))?.counts().visible).toBe(0);
});
