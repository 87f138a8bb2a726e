// Redrive: dead letters are deleted and their tasks put once more, in a chunk of their own, in one transaction for each.
import type { Action } from "#functions/store.ts";
import { chunkItem, PayloadReader } from "./chunks.ts";
import { type Counters, commit } from "./commit.ts";
import type { TaskQueueParts } from "./parts.ts";
import { woken } from "./put.ts";
import { listed } from "./reading.ts";
import { type OutcomeRecord, outcomeOf, type Trouble, troubleItem, troubleOf } from "./records.ts";
import type { KnownQueue } from "./shelf.ts";

/** Two actions each, beside the chunk and the counter. */
const PER_CHUNK = 48;
const WHO = "redrive";

export async function redriveTasks(
  parts: TaskQueueParts,
  counters: Counters,
  queue: KnownQueue,
  tasks: readonly string[] | undefined,
): Promise<number> {
  const dead = tasks ? [...new Set(tasks)] : await deadLetters(parts, queue);
  let count = 0;
  for (let start = 0; start < dead.length; start += PER_CHUNK)
    count += await redriveSome(parts, counters, queue, dead.slice(start, start + PER_CHUNK));
  return count;
}

async function deadLetters(parts: TaskQueueParts, queue: KnownQueue): Promise<string[]> {
  const dead: string[] = [];
  for await (const { record } of listed(parts, queue))
    if (record?.ok === false) dead.push(record.task);
  return dead;
}

async function redriveSome(
  parts: TaskQueueParts,
  counters: Counters,
  queue: KnownQueue,
  tasks: readonly string[],
): Promise<number> {
  const { keys } = queue;
  for (;;) {
    const found = await parts.store.getMany(
      tasks.flatMap((task) => [keys.outcome(task), keys.trouble(task)]),
    );
    const letters = tasks.flatMap((_, at) => {
      const item = found[2 * at];
      const letter = item && outcomeOf(item);
      return letter?.ok === false ? [{ letter, trouble: troubleOf(found[2 * at + 1]) }] : [];
    });
    if (letters.length === 0) return 0;
    const sk = `i#${parts.newId()}`;
    const lost = await commit(parts, [
      { kind: "put", item: await againChunk(parts, queue, sk, letters) },
      await counters.add(keys.put(WHO), { put: letters.length, redriven: letters.length }),
      ...letters.flatMap((each) => again(queue, each)),
    ]);
    if (lost) {
      counters.lookAgain();
      continue;
    }
    await woken(parts, queue, sk);
    return letters.length;
  }
}

interface Letter {
  readonly letter: OutcomeRecord;
  readonly trouble: Trouble;
}

/** Only a dead letter is ever deleted; messages of the rounds before are void from now on. */
function again({ keys }: KnownQueue, { letter, trouble }: Letter): readonly Action[] {
  const fresh = { attempts: 0, silent: 0, startedBy: undefined, round: trouble.round + 1 };
  return [
    { kind: "delete", key: keys.outcome(letter.task), condition: { equals: { ok: false } } },
    { kind: "put", item: troubleItem(keys.trouble(letter.task), fresh) },
  ];
}

async function againChunk(
  parts: TaskQueueParts,
  { keys }: KnownQueue,
  sk: string,
  letters: readonly Letter[],
) {
  const reader = new PayloadReader(parts, keys);
  const payloads: string[] = [];
  for (const { letter } of letters)
    payloads.push((await reader.payloadOf(letter.task, letter.from)) ?? "null");
  return chunkItem(keys, parts.texts, {
    ...{ sk, payloads, now: parts.now() },
    ids: letters.map(({ letter }) => letter.task),
    rounds: letters.map(({ trouble }) => trouble.round + 1),
  });
}
