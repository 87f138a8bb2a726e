// Logs of CloudWatch through the port: from where the last read ended, in whole lines, to the end of the program.
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { beforeEach, expect, test } from "vitest";
import { cloudwatchLogs } from "#functions/aws/logs.ts";
import type { Logs } from "#functions/logs.ts";
import { Aws } from "#test/aws/aws.ts";
import { type LogsDouble, logs as logsDouble } from "#test/aws/logs.ts";

const GROUP = "/zoe/zoe/programs";
const STREAM = "zoe/program/1";
const instance = { executionId: "exe_1", service: "main", index: 0, generation: 1 };
const T = Date.UTC(2026, 10, 21);

let double: LogsDouble;
let place: { readonly stream: string; readonly hasEnded: boolean } | undefined;
let logs: Logs;

beforeEach(() => {
  double = logsDouble({ groups: [GROUP] });
  const aws = new Aws({ services: [double.service] });
  const client = new CloudWatchLogsClient(aws.client("arn:aws:iam::123456789012:role/zoe-api"));
  place = { stream: STREAM, hasEnded: false };
  logs = cloudwatchLogs({ client, group: GROUP, streamOf: async () => place });
});

const write = (...events: readonly (readonly [at: number, message: string])[]) =>
  double.write(
    GROUP,
    STREAM,
    events.map(([at, message]) => ({ timestamp: T + at, message })),
  );
const read = (offset: number, limitBytes = 1000) =>
  logs.read(instance, "stdout", { offset, limitBytes });

test("following gives each line once, those of one millisecond included, until the program has ended", async () => {
  write([0, "one"], [5, "two"]);
  const first = await read(0);
  expect(first).toMatchObject({ text: "one\ntwo\n", done: false });
  expect(await read(first.next)).toMatchObject({ text: "", next: first.next, done: false });
  write([5, "three"], [5, "four"], [9, "five"]);
  const second = await read(first.next);
  expect(second.text).toBe("three\nfour\nfive\n");
  place = { stream: STREAM, hasEnded: true };
  expect(await read(second.next)).toMatchObject({ text: "", done: true });
});

test("a part has whole lines within its limit; one longer than that comes alone", async () => {
  write([0, "a".repeat(30)], [0, "b".repeat(30)], [1, "c".repeat(300)], [2, "d"]);
  const parts: string[] = [];
  for (let offset = 0, n = 0; n < 4; n++) {
    const part = await read(offset, 50);
    parts.push(part.text);
    offset = part.next;
  }
  expect(parts.map((part) => `${part[0]}${part.length}`)).toEqual(["a31", "b31", "c301", "d2"]);
});

test("a log of many pages comes whole", async () => {
  write(...Array.from({ length: 25_000 }, (_, n) => [Math.floor(n / 10), `line ${n}`] as const));
  let text = "";
  for (let offset = 0, more = true; more; ) {
    const part = await read(offset, 100_000);
    text += part.text;
    more = part.text !== "";
    offset = part.next;
  }
  expect(text.split("\n").slice(0, -1)).toEqual(
    Array.from({ length: 25_000 }, (_, n) => `line ${n}`),
  );
});

test("an instance without a stream has written nothing yet; standard error lies with standard output", async () => {
  expect(await read(0)).toEqual({ text: "", next: 0, done: false });
  place = undefined;
  expect(await read(0)).toEqual({ text: "", next: 0, done: true });
  write([0, "one"]);
  const stderr = await logs.read(instance, "stderr", { offset: 0, limitBytes: 10 });
  expect(stderr).toEqual({ text: "", next: 0, done: true });
});
