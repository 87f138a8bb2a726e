// Objects in a bucket of S3: small ones in one request, streams in parts, lists by key; links are URLs that whoever has them may use for a while.
import {
  GetObjectCommand,
  HeadObjectCommand,
  type S3Client,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import {
  type ByteRange,
  checkKey,
  checkRange,
  type FoundObject,
  type ObjectStat,
  type Objects,
} from "#functions/objects.ts";
import { linkOf } from "./objects/link.ts";
import { deleteAll, listPage } from "./objects/listed.ts";
import { putBytes, putStream } from "./objects/put.ts";

export interface BucketPlace {
  readonly client: S3Client;
  readonly bucket: string;
  /** Unix milliseconds. */
  readonly now: () => number;
}

export function s3Objects(place: BucketPlace): Objects {
  return {
    async put(key, content) {
      checkKey(key);
      const size =
        content instanceof Uint8Array
          ? await putBytes(place, key, content)
          : await putStream(place, key, content);
      return { key, size, modifiedAt: place.now() };
    },
    get: (key, range) => get(place, key, range),
    stat: (key) => stat(place, key),
    list: (prefix, page) => listPage(place, prefix, page),
    delete: (prefix) => deleteAll(place, prefix),
    link: (key, seconds) => linkOf(place, key, seconds),
  };
}

async function stat({ client, bucket }: BucketPlace, key: string): Promise<ObjectStat | undefined> {
  checkKey(key);
  try {
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return { key, size: head.ContentLength ?? 0, modifiedAt: head.LastModified?.getTime() ?? 0 };
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

async function get(
  place: BucketPlace,
  key: string,
  range: ByteRange = { from: 0 },
): Promise<FoundObject | undefined> {
  checkRange(range);
  checkKey(key);
  try {
    const asked = { Bucket: place.bucket, Key: key, Range: rangeText(range) };
    const found = await place.client.send(new GetObjectCommand(asked));
    const size = Number(found.ContentRange?.split("/")[1] ?? found.ContentLength ?? 0);
    const modifiedAt = found.LastModified?.getTime() ?? 0;
    const stream = found.Body?.transformToWebStream() ?? nothing();
    return { key, size, modifiedAt, ...readable(stream as ReadableStream<Uint8Array>) };
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    // Wholly beyond the end: the object is there, and the part is empty.
    if (!hasStatus(error, 416)) throw error;
    const found = await stat(place, key);
    return found && { ...found, ...readable(nothing()) };
  }
}

/** None for the whole: of an empty object no range can be had. */
function rangeText({ from, to }: ByteRange): string | undefined {
  return from === 0 && to === undefined ? undefined : `bytes=${from}-${to ?? ""}`;
}

function readable(stream: ReadableStream<Uint8Array>): Pick<FoundObject, "stream" | "bytes"> {
  return {
    stream,
    bytes: () => new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).bytes(),
  };
}

function nothing(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() });
}

function hasStatus(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}
