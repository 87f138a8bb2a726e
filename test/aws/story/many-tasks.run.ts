// 10,000 tasks through the whole body: no function stands between a lease and its outcome; who calls what, and what that costs, for 1,000 of them.
import { expect, test } from "vitest";
import type { RecordedCall } from "#test/aws/recorder.ts";
import { usdOfCall } from "./bill.ts";
import { openPlay } from "./play.ts";
import { echo, worker } from "./programs.ts";

const TASKS = 10_000;
const PUT = 1000;
const isProgram = ({ principal }: RecordedCall) => principal.includes("/zoe_r_");
const text = ({ input }: RecordedCall) => JSON.stringify(input);

test(`${TASKS} tasks of 300 characters, by eight workers`, async () => {
  const program = worker(echo, { together: 64, taskMs: 5 });
  const play = await openPlay(program);
  const id = await play.submit({ zapp: "document-classifier", parameters: { workers: 8 } });
  const queue = `/v1/executions/${id}/queues/documents`;
  const before = play.calls.length;
  const payload = { text: "x".repeat(290) };
  for (let n = 0; n < TASKS; n += PUT)
    await play.ask(
      "POST",
      `${queue}/tasks`,
      Array.from({ length: PUT }, () => ({ payload })),
    );
  await play.ask("POST", `${queue}/close`);
  expect(await play.ended(id)).toMatchObject({ outcome: { kind: "succeeded" } });
  expect((await play.ask("GET", queue)).json).toMatchObject({ put: TASKS, done: TASKS, failed: 0 });
  const calls = play.calls.slice(before);
  await play.close();

  const ofTasks = calls.filter((call) => text(call).includes("zoe_t_"));
  const taking = /^(ReceiveMessage|DeleteMessage|ChangeMessageVisibility)/;
  const takers = ofTasks.filter(({ operation }) => taking.test(operation));
  expect(takers.length).toBeGreaterThan(TASKS / 10);
  expect(takers.filter((call) => !isProgram(call))).toEqual([]);
  // An outcome is the item of its task, `o#...`.
  const outcomes = calls.filter(
    (call) => /"S":"o#/.test(text(call)) && /Write/.test(call.operation),
  );
  expect(outcomes.length).toBeGreaterThan(TASKS / 100);
  expect(outcomes.filter((call) => !isProgram(call))).toEqual([]);
  const sent = ofTasks.filter(({ operation }) => operation === "SendMessageBatch");
  expect(new Set(sent.map(({ principal }) => principal.split("/").at(-1)))).toEqual(
    new Set(["zoe-feed"]),
  );
  tell(calls);
}, 300_000);

/** Of 1,000 tasks: calls by who made them, and their price. */
function tell(calls: readonly RecordedCall[]): void {
  const whoOf = (call: RecordedCall) =>
    isProgram(call) ? "sidecar" : (call.principal.split("/zoe-").at(-1) ?? "");
  const groups = Map.groupBy(calls, (call) => `${whoOf(call)} | ${call.service}.${call.operation}`);
  const rows = [...groups].map(([name, all]) => ({
    name,
    calls: (all.length * 1000) / TASKS,
    usd: (all.reduce((sum, call) => sum + usdOfCall(call), 0) * 1000) / TASKS,
  }));
  console.log(
    "| who | call | per 1,000 tasks | USD per 1,000,000 tasks |\n| --- | --- | --- | --- |",
  );
  for (const { name, calls, usd } of rows.sort((a, b) => b.usd - a.usd))
    console.log(`| ${name} | ${calls.toFixed(1)} | ${(usd * 1000).toFixed(3)} |`);
  const sum = rows.reduce((all, { usd }) => all + usd, 0);
  console.log(`| | all | | ${(sum * 1000).toFixed(2)} |`);
}
