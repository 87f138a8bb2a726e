// Bad input: whatever comes, the answer is a problem document with the right status and pointer, and never an error of ours.
import { beforeAll, describe, expect, test } from "vitest";
import { type Case, type Cases, encodings, paths, queries, submissions } from "./malformed.ts";
import { accounts, descriptions, tasks, tokens } from "./malformed-bodies.ts";
import { aStand, type Stand } from "./stand.ts";

const tables: Readonly<Record<string, Cases>> = {
  ...{ encodings, submissions, queries, paths },
  ...{ tasks, descriptions, accounts, tokens },
};

let stand: Stand;
let sorter: string;
beforeAll(async () => {
  stand = await aStand({ limits: { requestsPerSecond: 1e6, requestBurst: 1e6 } });
  const { json } = await stand.ask("POST", "/v1/executions", { body: { zapp: "sorter" } });
  sorter = json.execution.id;
});

async function holds([request, asked, status, pointer]: Case): Promise<void> {
  const [method = "", path = ""] = request.replace("SORTER", sorter).split(" ");
  const answer = await stand.ask(method, path, asked);
  expect(`${answer.status} ${answer.text}`).toMatch(new RegExp(`^${status} `));
  if (status < 400) return;
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.json.detail).toMatch(/[.!?)]$/);
  if (pointer === undefined) return;
  const pointers = answer.json.errors.map((fault: { pointer: string }) => fault.pointer);
  expect(pointers).toContain(pointer);
}

for (const [name, cases] of Object.entries(tables)) {
  describe(name, () => {
    for (const [sentence, one] of Object.entries(cases)) test(sentence, () => holds(one));
  });
}

test("there are more than a hundred of them, and none changed anything", async () => {
  const count = Object.values(tables).reduce((sum, cases) => sum + Object.keys(cases).length, 0);
  expect(count).toBeGreaterThan(200);
  const { json } = await stand.ask("GET", "/v1/executions");
  expect(json.items).toHaveLength(1);
  const queue = await stand.ask("GET", `/v1/executions/${sorter}/queues/papers`);
  expect(queue.json.put).toBe(0);
  expect(stand.logged.filter(({ level }) => level === "error")).toEqual([]);
});
