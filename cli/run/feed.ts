// Sends the records of a file to a queue while workers already run: chunk after chunk, the next one read while the last is stored.
import type { Client } from "#cli/client/client.ts";
import type { InputRecord } from "#cli/records/records.ts";
import { chunksOf } from "#cli/records/tasks.ts";

export interface Fed {
  /** Tasks that were sent, and how many of them were new there. */
  readonly sent: number;
  readonly added: number;
}

export interface FeedOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (fed: Fed) => void;
}

export async function feed(
  client: Client,
  { id, queue }: { readonly id: string; readonly queue: string },
  records: AsyncIterable<InputRecord>,
  { signal, onProgress }: FeedOptions = {},
): Promise<Fed> {
  let sent = 0;
  let added = 0;
  let storing: Promise<void> = Promise.resolve();
  for await (const { lines, tasks } of chunksOf(records)) {
    await storing;
    signal?.throwIfAborted();
    storing = client.putTasks(id, queue, lines).then((reply) => {
      sent += tasks;
      added += reply.added;
      onProgress?.({ sent, added });
    });
    // Awaited with the next chunk; until then a refusal is nobody's surprise.
    storing.catch(() => {});
  }
  await storing;
  return { sent, added };
}
