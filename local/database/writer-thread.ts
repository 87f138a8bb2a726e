// The writer's thread: the only one that writes the database. Whatever arrived while the disk was busy is its next transaction.
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { openWriting } from "./connection.ts";
import { type Answer, type Call, groupWriter } from "./group.ts";
import { MODULES } from "./modules.ts";

/** Calls in one transaction: bounds how long the first of them waits for the last. */
const LARGEST_GROUP = 2000;

/** What the main thread posts: calls, or undefined to close. */
export type Post = readonly Call[] | undefined;

if (!parentPort) throw new Error("This file is started by writer.ts, as a thread.");
const port = parentPort;
const database = openWriting(String(workerData));
const group = groupWriter(database, MODULES);

port.on("message", (first: Post) => {
  for (let calls = gather(first); calls; calls = next()) answer(calls);
});

function answer(calls: readonly Call[]): void {
  for (let start = 0; start < calls.length; start += LARGEST_GROUP) {
    const answers: readonly Answer[] = group.commit(calls.slice(start, start + LARGEST_GROUP));
    port.postMessage(answers);
  }
}

/** All posts that have arrived so far, in one. */
function gather(first: Post): readonly Call[] | undefined {
  if (!first) return close();
  const calls = [...first];
  while (calls.length < LARGEST_GROUP) {
    const more = receiveMessageOnPort(port);
    if (!more) break;
    if (!more.message) {
      answer(calls);
      return close();
    }
    for (const call of more.message as readonly Call[]) calls.push(call);
  }
  return calls;
}

function next(): readonly Call[] | undefined {
  const more = receiveMessageOnPort(port);
  return more && gather(more.message as Post);
}

function close(): undefined {
  database.close();
  port.close();
}
