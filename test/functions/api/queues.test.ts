// Many-task work through the public door: tasks put, followed, redriven; results in every form.
import { beforeEach, expect, test } from "vitest";
import { aStand, type Stand } from "./stand.ts";

let stand: Stand;
let id: string;
let queue: string;
beforeEach(async () => {
  stand = await aStand();
  const { json } = await stand.ask("POST", "/v1/executions", { body: { zapp: "sorter" } });
  id = json.execution.id;
  queue = `/v1/executions/${id}/queues/papers`;
});

const ref = () => ({ executionId: id, queue: "papers" });

type Report = (task: string) => { ok: boolean; result?: object };

async function work(max: number, report: Report, at = ref()) {
  const worker = "reader-0.1";
  const leases = await stand.world.tasks.lease(at, { max, worker, waitSeconds: 0 });
  const reports = leases.map(({ lease, task }) => {
    const { ok, result = {} } = report(task);
    return ok ? { lease, ok, result } : { lease, ok: false as const, error: 'broken, "badly"' };
  });
  await stand.world.tasks.record(at, worker, reports as never);
}

function lines(count: number): string {
  const tasks = Array.from({ length: count }, (_, n) => ({ id: `t${n}`, payload: { n } }));
  return tasks.map((task) => JSON.stringify(task)).join("\n");
}

const putLines = (raw: string) =>
  stand.ask("POST", `${queue}/tasks`, { raw, type: "application/x-ndjson" });

test("tasks come as a list or as lines, and a repeated id is a no-op", async () => {
  const body = [{ id: "t0", payload: 1 }, { payload: [2] }];
  const list = await stand.ask("POST", `${queue}/tasks`, { body });
  expect(list.json).toEqual({ ids: ["t0", expect.any(String)], added: 2 });
  const more = await putLines(`${lines(3)}\n\n`);
  expect(more.json).toEqual({ ids: ["t0", "t1", "t2"], added: 2 });
  const { json } = await stand.ask("GET", queue);
  expect(json).toMatchObject({ put: 4, waiting: 4, leased: 0, done: 0, drained: false });
});

test("a payload keeps its text, whatever the form of its line", async () => {
  const forms = [
    '{"payload":{"a":1.50},"id":"swapped"}',
    '  {"id": "spaced" , "payload": {"a": "}" } }  ',
    '{"id":"plain","payload":{"a":"\\"}"}}',
    '{"id":"twice","payload":1,"payload":2}',
    '{"id":"\\u0061scaped","payload":null}',
  ];
  const put = await putLines(forms.join("\n"));
  expect(put.json.ids).toEqual(["swapped", "spaced", "plain", "twice", "ascaped"]);
  const payloads = [];
  for (const task of put.json.ids)
    payloads.push((await stand.ask("GET", `${queue}/tasks/${task}`)).json.payload);
  expect(payloads).toEqual([{ a: 1.5 }, { a: "}" }, { a: '"}' }, 2, null]);
});

test("what is wrong with lines is told by line, and nothing is put", async () => {
  const { status, json } = await putLines(
    '{"payload":1}\n{"payload":}\n\n{"id":7,"payload":1}\n[]',
  );
  expect(status).toBe(400);
  expect(json.errors).toMatchObject([
    { pointer: "/1", line: 2 },
    { pointer: "/2/id", line: 4 },
    { pointer: "/3", line: 5 },
  ]);
  expect((await stand.ask("GET", queue)).json.put).toBe(0);
});

test("a task is waited for until it has its outcome", async () => {
  await putLines(lines(1));
  const before = await stand.ask("GET", `${queue}/tasks/t0`);
  expect(before.json).toMatchObject({ state: "waiting", payload: { n: 0 } });
  const waiting = stand.ask("GET", `${queue}/tasks/t0?wait=20`);
  await work(1, () => ({ ok: true, result: { topic: "physics" } }));
  expect((await waiting).json).toMatchObject({ state: "succeeded", result: { topic: "physics" } });
  expect((await stand.ask("GET", `${queue}/tasks/nobody`)).status).toBe(404);
});

test("a closed queue takes no more, and says drained when all is done", async () => {
  await putLines(lines(2));
  await stand.ask("POST", `${queue}/close`);
  expect((await putLines(lines(3))).status).toBe(409);
  await work(2, () => ({ ok: true }));
  expect((await stand.ask("GET", queue)).json).toMatchObject({ closed: true, drained: true });
});

test("dead letters are listed with their error, and redriven", async () => {
  await putLines(lines(3));
  await work(3, (task) => ({ ok: task === "t0" }));
  const failed = await stand.ask("GET", `${queue}/failed`);
  expect(failed.json.items).toMatchObject([
    { task: "t1" },
    { task: "t2", error: 'broken, "badly"' },
  ]);
  const one = await stand.ask("POST", `${queue}/redrive`, { body: { tasks: ["t1"] } });
  expect(one.json).toEqual({ redriven: 1 });
  const rest = await stand.ask("POST", `${queue}/redrive`);
  expect(rest.json).toEqual({ redriven: 1 });
  expect((await stand.ask("GET", queue)).json).toMatchObject({
    failed: 0,
    redriven: 2,
    waiting: 2,
  });
});

test("the rate of a queue is that between two looks", async () => {
  await putLines(lines(30));
  expect((await stand.ask("GET", queue)).json.ratePerSecond).toBeUndefined();
  await work(10, () => ({ ok: true }));
  stand.clock.now += 5000;
  expect((await stand.ask("GET", queue)).json).toMatchObject({ ratePerSecond: 2, etaSeconds: 10 });
});

test("results come in pages, queue by queue, each exactly once", async () => {
  await putLines(lines(25));
  await work(25, () => ({ ok: true }));
  const notes = { executionId: id, queue: "notes" };
  const body = [
    { id: "n1", payload: 1 },
    { id: "n2", payload: 2 },
  ];
  await stand.ask("POST", `/v1/executions/${id}/queues/notes/tasks`, { body });
  await work(2, () => ({ ok: true }), notes);
  const tasks: string[] = [];
  let cursor: string | undefined;
  do {
    const query = cursor ? `limit=7&cursor=${cursor}` : "limit=7";
    const { json } = await stand.ask("GET", `/v1/executions/${id}/results?${query}`);
    tasks.push(...json.items.map((item: { task: string }) => item.task));
    cursor = json.cursor;
  } while (cursor);
  expect(new Set(tasks).size).toBe(27);
  expect(tasks).toHaveLength(27);
  expect(tasks.slice(25)).toEqual(["n1", "n2"]);
  const jsonl = await stand.ask("GET", `/v1/executions/${id}/results?format=jsonl`);
  expect(jsonl.text.trim().split("\n")).toHaveLength(27);
});

test("results stream whole as JSON lines and as CSV", async () => {
  await putLines(lines(3));
  await work(3, (task) => ({ ok: task !== "t1", result: { topic: `a "${task}"`, deep: [1] } }));
  const jsonl = await stand.ask("GET", `/v1/executions/${id}/results?format=jsonl&failed=false`);
  expect(jsonl.headers.get("content-type")).toBe("application/x-ndjson");
  const rows = jsonl.text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(rows).toMatchObject([
    { task: "t0", queue: "papers" },
    { task: "t2", ok: true },
  ]);
  const csv = await stand.ask("GET", `/v1/executions/${id}/results?format=csv`);
  const [head, first, second] = csv.text.split("\r\n");
  expect(head).toBe("queue,task,ok,attempts,worker,at,error,result.topic,result");
  expect(first).toContain('"a ""t0""","{""topic"":""a \\""t0\\"""",""deep"":[1]}"');
  expect(second).toContain('"broken, ""badly""",,');
});

test("results of an execution without any are an empty page, and a CSV with its head", async () => {
  const { json } = await stand.ask("GET", `/v1/executions/${id}/results`);
  expect(json.items).toEqual([]);
  const csv = await stand.ask("GET", `/v1/executions/${id}/results?format=csv`);
  expect(csv.text).toBe("queue,task,ok,attempts,worker,at,error,result\r\n");
});

test("nothing is put into what has ended", async () => {
  await stand.ask("DELETE", `/v1/executions/${id}`);
  const answer = await putLines(lines(1));
  expect(answer).toMatchObject({ status: 409, json: { code: "conflict" } });
});

test("an unknown queue is told with those there are", async () => {
  const answer = await stand.ask("GET", `/v1/executions/${id}/queues/paper`);
  expect(answer.status).toBe(404);
  expect(answer.json.detail).toContain("papers, notes");
});
