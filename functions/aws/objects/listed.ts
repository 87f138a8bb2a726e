// Objects by the beginning of their keys: a page of them, or all of them deleted.
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
} from "@aws-sdk/client-s3";
import type { BucketPlace } from "#functions/aws/objects.ts";
import { checkPage, checkPrefix, OBJECT_LIMITS, type ObjectPage } from "#functions/objects.ts";

export async function listPage(
  { client, bucket }: BucketPlace,
  prefix: string,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
): Promise<ObjectPage> {
  checkPrefix(prefix);
  checkPage(limit);
  // Keys may hold characters that XML has none for: they come percent-encoded.
  const asked = {
    Bucket: bucket,
    Prefix: prefix,
    MaxKeys: limit,
    StartAfter: cursor,
    EncodingType: "url" as const,
  };
  const { Contents = [], IsTruncated } = await client.send(new ListObjectsV2Command(asked));
  const objects = Contents.map(({ Key = "", Size = 0, LastModified }) => {
    return { key: decoded(Key), size: Size, modifiedAt: LastModified?.getTime() ?? 0 };
  });
  const last = objects.at(-1);
  return IsTruncated && last !== undefined ? { objects, cursor: last.key } : { objects };
}

function decoded(key: string): string {
  return decodeURIComponent(key.replaceAll("+", " "));
}

export async function deleteAll(place: BucketPlace, prefix: string): Promise<number> {
  checkPrefix(prefix);
  let count = 0;
  for (;;) {
    // From the beginning each time: what was listed is gone by then.
    const { objects, cursor } = await listPage(place, prefix, { limit: OBJECT_LIMITS.page });
    await deleteKeys(
      place,
      objects.map(({ key }) => key),
    );
    count += objects.length;
    if (cursor === undefined) return count;
  }
}

async function deleteKeys({ client, bucket }: BucketPlace, keys: readonly string[]): Promise<void> {
  const odd = keys.filter((key) => NOT_IN_XML.test(key));
  for (const Key of odd) await client.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  const Objects = keys.filter((key) => !NOT_IN_XML.test(key)).map((Key) => ({ Key }));
  if (Objects.length === 0) return;
  const asked = { Bucket: bucket, Delete: { Objects, Quiet: true } };
  const { Errors = [] } = await client.send(new DeleteObjectsCommand(asked));
  const [first] = Errors;
  if (first !== undefined)
    throw new Error(
      `S3 deleted ${Errors.length} of ${Objects.length} objects not; the first, ${first.Key}: ${first.Message}`,
    );
}

/** Characters that a list of keys to delete can't hold, for it is XML; such keys go one by one. */
const NOT_IN_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
