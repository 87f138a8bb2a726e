// Logs: read while they are written, in whole characters, within their limit, forgotten with their execution.
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LaunchRequest } from "#functions/backend.ts";
import type { LogStream } from "#functions/logs.ts";
import { LOG_HEAD_BYTES, LOG_PART_BYTES, LogFile } from "#local/spawner/log-limit.mjs";
import { aRequest, logOf, openProcessBody, type ProcessBody } from "./process-body.ts";

let body: ProcessBody;
beforeEach(async () => {
  body = await openProcessBody();
});
afterEach(() => body.close());

function read(
  request: LaunchRequest,
  offset: number,
  limitBytes = 1000,
  stream: LogStream = "stdout",
) {
  return body.logs.read(request.instance, stream, { offset, limitBytes, waitSeconds: 10 });
}

test("both streams are kept apart, and read on from where a reader was", async () => {
  const request = aRequest("echo one; echo two >&2; echo three");
  await body.backend.launch([request]);
  await body.events.ended(request);
  expect(await read(request, 0)).toEqual({ text: "one\nthree\n", next: 10, done: true });
  expect(await read(request, 4)).toEqual({ text: "three\n", next: 10, done: true });
  expect(await read(request, 10)).toEqual({ text: "", next: 10, done: true });
  expect(await read(request, 0, 5)).toEqual({ text: "one\nt", next: 5, done: false });
  expect(await read(request, 0, 1000, "stderr")).toMatchObject({ text: "two\n", done: true });
});

test("a log is followed while its program runs, to its end", async () => {
  const gated = aRequest("echo first; while ! test -e ../go; do sleep 0.01; done; echo last");
  await body.backend.launch([gated]);
  expect(await read(gated, 0)).toEqual({ text: "first\n", next: 6, done: false });
  const rest = read(gated, 6);
  await writeFile(join(body.state, "process/folders/0/go"), "");
  expect(await rest).toMatchObject({ text: "last\n", next: 11 });
  await body.events.ended(gated);
  expect(await read(gated, 11)).toEqual({ text: "", next: 11, done: true });
});

test("an instance that never ran has an empty log", async () => {
  expect(await read(aRequest("true"), 0)).toEqual({ text: "", next: 0, done: true });
});

test("a part never ends within a character, and bytes that are none don't stop the reader", async () => {
  const request = aRequest("printf 'a\\303\\244\\360\\237\\230\\200z\\303'");
  await body.backend.launch([request]);
  await body.events.ended(request);
  expect(await read(request, 0, 2)).toEqual({ text: "a", next: 1, done: false });
  expect(await read(request, 1, 5)).toEqual({ text: "ä", next: 3, done: false });
  expect(await read(request, 3, 100)).toEqual({ text: "😀z\ufffd", next: 9, done: true });
});

test("a log that is too long keeps its beginning and its end, in order, and says what was left out", async () => {
  const folder = join(body.state, "long");
  await mkdir(folder);
  const request = aRequest("", { instance: { index: 5 } });
  body.logs.follow(request.instance, folder);
  const file = new LogFile(join(folder, "stdout"));
  const line = (n: number) => `${String(n).padStart(15, "0")}\n`;
  const lines = 3_000_000;
  const perLook = 100_000;
  for (let first = 0; first < lines; first += perLook) {
    const text = Array.from({ length: perLook }, (_, n) => line(first + n)).join("");
    await appendFile(join(folder, "stdout"), text);
    file.look();
  }
  await body.logs.keep(request.instance, folder, { stdout: file.size(), stderr: 0 });
  const text = await logOf(body, request);
  const [head = "", gap = "", tail = ""] = text.split(/(\n\[.*\]\n)/);
  expect(head).toHaveLength(LOG_HEAD_BYTES);
  expect(head.startsWith(line(0) + line(1))).toBe(true);
  expect(tail.endsWith(line(lines - 1))).toBe(true);
  expect(tail.length).toBeGreaterThanOrEqual(LOG_PART_BYTES);
  expect(text.length).toBeLessThan(LOG_HEAD_BYTES + 2 * LOG_PART_BYTES + 200);
  const leftOut = Number(/\[(\d+) bytes/.exec(gap)?.[1]);
  expect(head.length + leftOut + tail.length).toBe(lines * 16);
  const numbers = tail.trim().split("\n").map(Number);
  expect(numbers.every((number, at) => at === 0 || number === (numbers[at - 1] ?? 0) + 1)).toBe(
    true,
  );
});

test("logs are forgotten with their execution", async () => {
  const request = aRequest("echo one");
  await body.backend.launch([request]);
  await body.events.ended(request);
  await body.logs.forget("exe_1");
  expect(await read(request, 0)).toEqual({ text: "", next: 0, done: true });
});
