// Sends any number of bodies to an SQS queue: ten a call, within what a call may weigh, again what SQS could not take at once.
import { SendMessageBatchCommand, type SQSClient } from "@aws-sdk/client-sqs";

/** Of SendMessageBatch: entries, and bytes of all bodies together. */
const ENTRIES = 10;
const BYTES = 1_048_576;
/** Calls at once. */
const ABREAST = 8;
/** An entry that fails in a call that went well is tried so often. */
const TRIES = 4;

export async function sendAll(
  client: SQSClient,
  url: string,
  bodies: readonly string[],
  delaySeconds = 0,
): Promise<void> {
  const batches = batchesOf(bodies.map(sendable));
  let next = 0;
  const lane = async () => {
    for (let at = next++; at < batches.length; at = next++)
      await sendBatch(client, url, batches[at] ?? [], delaySeconds);
  };
  await Promise.all(Array.from({ length: Math.min(ABREAST, batches.length) }, lane));
}

/** SQS takes only the characters of XML; of those that JSON leaves as they are it lacks two. */
function sendable(json: string): string {
  return json.replaceAll("\ufffe", "\\ufffe").replaceAll("\uffff", "\\uffff");
}

function batchesOf(bodies: readonly string[]): string[][] {
  const batches: string[][] = [];
  let room = 0;
  for (const body of bodies) {
    const bytes = Buffer.byteLength(body);
    const last = batches.at(-1);
    if (last && last.length < ENTRIES && bytes <= room) last.push(body);
    else {
      batches.push([body]);
      room = BYTES;
    }
    room -= bytes;
  }
  return batches;
}

async function sendBatch(
  client: SQSClient,
  url: string,
  bodies: readonly string[],
  DelaySeconds: number,
): Promise<void> {
  let left = bodies;
  let reason = "";
  for (let tries = 0; tries < TRIES && left.length > 0; tries++) {
    const Entries = left.map((MessageBody, n) => ({ Id: `${n}`, MessageBody, DelaySeconds }));
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({ QueueUrl: url, Entries }),
    );
    left = Failed.flatMap(({ Id }) => left[Number(Id)] ?? []);
    reason = `${Failed[0]?.Code}: ${Failed[0]?.Message}`;
  }
  if (left.length > 0)
    throw new Error(`SQS did not take ${left.length} messages of ${bodies.length}: ${reason}.`);
}
