// Puts an object: bytes at once, a stream in parts, so that no more than one part is in memory. S3 shows an object when it is whole.
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { BucketPlace } from "#functions/aws/objects.ts";

/** 10,000 parts of it are 80 GB; S3 takes none below 5 MiB but the last. */
const PART_BYTES = 8 * 1024 * 1024;

/** Each answers the size. */
export async function putBytes(
  { client, bucket }: BucketPlace,
  key: string,
  body: Uint8Array,
): Promise<number> {
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  return body.length;
}

export async function putStream(
  place: BucketPlace,
  key: string,
  content: ReadableStream<Uint8Array>,
): Promise<number> {
  const parts = partsOf(content);
  const first = await parts.next();
  if (first.done) return putBytes(place, key, new Uint8Array());
  const second = await parts.next();
  if (second.done) return putBytes(place, key, first.value);
  return await putParts(place, key, [first.value, second.value], parts);
}

async function putParts(
  { client, bucket }: BucketPlace,
  key: string,
  begun: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): Promise<number> {
  const named = { Bucket: bucket, Key: key };
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({ ...named, ChecksumAlgorithm: "CRC32" }),
  );
  const Parts: CompletedPart[] = [];
  let size = 0;
  const send = async (Body: Uint8Array) => {
    const PartNumber = Parts.length + 1;
    const { ETag, ChecksumCRC32 } = await client.send(
      new UploadPartCommand({ ...named, UploadId, PartNumber, Body, ChecksumAlgorithm: "CRC32" }),
    );
    Parts.push({ PartNumber, ETag, ChecksumCRC32 });
    size += Body.length;
  };
  try {
    for (const part of begun) await send(part);
    for await (const part of rest) await send(part);
    await client.send(
      new CompleteMultipartUploadCommand({ ...named, UploadId, MultipartUpload: { Parts } }),
    );
    return size;
  } catch (error) {
    // What can't be given up here, the bucket's lifecycle gives up two days later.
    await client
      .send(new AbortMultipartUploadCommand({ ...named, UploadId }))
      .catch(() => undefined);
    throw error;
  }
}

/** The stream in parts of one size, the last one shorter. */
async function* partsOf(content: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    chunks.push(chunk);
    size += chunk.length;
    if (size < PART_BYTES) continue;
    const bytes = Buffer.concat(chunks);
    let at = 0;
    for (; bytes.length - at >= PART_BYTES; at += PART_BYTES)
      yield bytes.subarray(at, at + PART_BYTES);
    chunks = [bytes.subarray(at)];
    size = bytes.length - at;
  }
  if (size > 0) yield Buffer.concat(chunks);
}
