// Amazon S3 in the double: objects, ranges, lists, uploads in parts, checksums, URLs signed beforehand (presigned.ts).
import * as sdk from "@aws-sdk/client-s3";
import { compareUtf8 } from "#local/store/sorted-rows.ts";
import { modelOf, offline } from "./model.ts";
import { Bucket, checksumOf, type Stored } from "./s3/bucket.ts";
import { arrange } from "./s3/wire.ts";
import { AwsError, type CallContext, type Service } from "./service.ts";

const KEY_BYTES = 1024;
const LIST_MOST = 1000;
const PUT_BYTES = 5 * 1024 ** 3;

export function s3({
  buckets: names = [],
}: {
  readonly buckets?: readonly string[];
} = {}): Service {
  const buckets = new Map(names.map((name) => [name, new Bucket()]));
  const of = (name: string | undefined) => {
    const bucket = buckets.get(name ?? "");
    if (bucket !== undefined) return bucket;
    throw new AwsError("NoSuchBucket", "The specified bucket does not exist", { status: 404 });
  };
  return {
    name: "s3",
    model: modelOf(sdk, new sdk.S3Client(offline)),
    throttle: { code: "SlowDown", status: 503 },
    arrange,
    operations: {
      CreateBucket: ({ Bucket: name = "" }: sdk.CreateBucketRequest) => {
        buckets.set(name, buckets.get(name) ?? new Bucket());
        return { Location: `/${name}` };
      },
      HeadBucket: ({ Bucket: name }: sdk.HeadBucketRequest, { region }) => {
        of(name);
        return { BucketRegion: region };
      },
      PutObject: (input: sdk.PutObjectRequest, { now }) => put(of(input.Bucket), input, now),
      GetObject: (input: sdk.GetObjectRequest) => get(of(input.Bucket), input),
      HeadObject: (input: sdk.HeadObjectRequest) => shown(find(of(input.Bucket), input.Key), input),
      DeleteObject: (input: sdk.DeleteObjectRequest) => {
        of(input.Bucket).objects.delete(input.Key ?? "");
        return {};
      },
      DeleteObjects: (input: sdk.DeleteObjectsRequest) => deleteMany(of(input.Bucket), input),
      ListObjectsV2: (input: sdk.ListObjectsV2Request) => list(of(input.Bucket), input),
      ...uploadOperations(of),
    },
  };
}

function uploadOperations(of: (name: string | undefined) => Bucket): Service["operations"] {
  return {
    CreateMultipartUpload: (input: sdk.CreateMultipartUploadRequest) => {
      checkKey(input.Key);
      const UploadId = of(input.Bucket).begin(input.Key ?? "", input.ContentType);
      return {
        Bucket: input.Bucket,
        Key: input.Key,
        UploadId,
        ChecksumAlgorithm: input.ChecksumAlgorithm,
      };
    },
    UploadPart: (input: sdk.UploadPartRequest) => {
      const bucket = of(input.Bucket);
      const body = bodyOf(input);
      const part = bucket.putPart(
        bucket.uploadOf(input.UploadId, input.Key),
        input.PartNumber ?? 0,
        body,
      );
      return { ETag: part.etag, ChecksumCRC32: part.crc32 };
    },
    CompleteMultipartUpload: (input: sdk.CompleteMultipartUploadRequest, { now }: CallContext) => {
      const bucket = of(input.Bucket);
      const upload = bucket.uploadOf(input.UploadId, input.Key);
      const parts = input.MultipartUpload?.Parts ?? [];
      const stored = bucket.complete(input.UploadId ?? "", upload, parts, now);
      return {
        Bucket: input.Bucket,
        Key: input.Key,
        ETag: stored.etag,
        ChecksumCRC32: stored.crc32,
        ChecksumType: "COMPOSITE",
      };
    },
    AbortMultipartUpload: (input: sdk.AbortMultipartUploadRequest) => {
      const bucket = of(input.Bucket);
      bucket.uploadOf(input.UploadId, input.Key);
      bucket.uploads.delete(input.UploadId ?? "");
      return {};
    },
    ListMultipartUploads: (input: sdk.ListMultipartUploadsRequest) => ({
      Bucket: input.Bucket,
      IsTruncated: false,
      Uploads: [...of(input.Bucket).uploads].map(([UploadId, { key: Key }]) => ({ UploadId, Key })),
    }),
  };
}

function put(bucket: Bucket, input: sdk.PutObjectRequest, modifiedAt: number): object {
  checkKey(input.Key);
  if (input.IfNoneMatch === "*" && bucket.objects.has(input.Key ?? ""))
    throw new AwsError(
      "PreconditionFailed",
      "At least one of the pre-conditions you specified did not hold",
      { status: 412 },
    );
  const body = bodyOf(input);
  if (body.length > PUT_BYTES)
    throw new AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
      status: 400,
    });
  const { ContentType: contentType, Metadata: metadata } = input;
  const stored = bucket.put(input.Key ?? "", body, { modifiedAt, contentType, metadata });
  return { ETag: stored.etag, ChecksumCRC32: stored.crc32, ChecksumType: "FULL_OBJECT" };
}

/** With the checksum that came along, judged. The server's side has the bytes of what is a stream to the client. */
function bodyOf(input: { readonly Body?: unknown; readonly ChecksumCRC32?: string }): Uint8Array {
  const body = (input.Body ?? new Uint8Array()) as Uint8Array;
  if (input.ChecksumCRC32 !== undefined && input.ChecksumCRC32 !== checksumOf(body))
    throw new AwsError(
      "BadDigest",
      "The CRC32 you specified did not match the calculated checksum.",
      { status: 400 },
    );
  return body;
}

function find(bucket: Bucket, key: string | undefined): Stored {
  checkKey(key);
  const stored = bucket.objects.get(key ?? "");
  if (stored !== undefined) return stored;
  throw new AwsError("NoSuchKey", "The specified key does not exist.", {
    status: 404,
    fields: { Key: key },
  });
}

function get(bucket: Bucket, input: sdk.GetObjectRequest): object {
  const stored = find(bucket, input.Key);
  const size = stored.body.length;
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(input.Range ?? "") ?? [];
  if (from === undefined) return { ...shown(stored, input), Body: stored.body };
  if (Number(from) >= size)
    throw new AwsError("InvalidRange", "The requested range is not satisfiable", {
      status: 416,
      fields: { ActualObjectSize: size, RangeRequested: input.Range },
    });
  const last = Math.min(to === "" ? size - 1 : Number(to), size - 1);
  const Body = stored.body.subarray(Number(from), last + 1);
  const {
    ChecksumCRC32: _,
    ChecksumType: __,
    ...whole
  } = shown(stored, input) as Record<string, unknown>;
  return {
    ...whole,
    Body,
    ContentLength: Body.length,
    ContentRange: `bytes ${from}-${last}/${size}`,
  };
}

function shown(stored: Stored, { ChecksumMode }: { readonly ChecksumMode?: string }): object {
  return {
    ContentLength: stored.body.length,
    ETag: stored.etag,
    LastModified: new Date(Math.floor(stored.modifiedAt / 1000) * 1000),
    AcceptRanges: "bytes",
    ContentType: stored.contentType ?? "application/octet-stream",
    Metadata: stored.metadata,
    ...(ChecksumMode === "ENABLED" && {
      ChecksumCRC32: stored.crc32,
      ChecksumType: stored.isComposite ? "COMPOSITE" : "FULL_OBJECT",
    }),
  };
}

function deleteMany(bucket: Bucket, { Delete }: sdk.DeleteObjectsRequest): object {
  const objects = Delete?.Objects ?? [];
  if (objects.length === 0 || objects.length > LIST_MOST)
    throw new AwsError(
      "MalformedXML",
      "The XML you provided was not well-formed or did not validate against our published schema",
      { status: 400 },
    );
  for (const { Key = "" } of objects) {
    if (NOT_IN_XML.test(Key))
      throw new AwsError("MalformedXML", `XML has no character for ${JSON.stringify(Key)}.`, {
        status: 400,
      });
    bucket.objects.delete(Key);
  }
  return Delete?.Quiet ? {} : { Deleted: objects.map(({ Key }) => ({ Key })) };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 lacks.
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

function list(bucket: Bucket, input: sdk.ListObjectsV2Request): object {
  if (input.Delimiter !== undefined)
    throw new AwsError("NotImplemented", "The double lists without delimiters.", { status: 501 });
  const { Prefix = "", MaxKeys = LIST_MOST, ContinuationToken: token, StartAfter } = input;
  const after = token === undefined ? StartAfter : Buffer.from(token, "base64").toString();
  const all = bucket
    .keysFrom(Prefix)
    .filter((key) => after === undefined || compareUtf8(key, after) > 0);
  const keys = all.slice(0, Math.min(MaxKeys, LIST_MOST));
  const spelled = (key: string) =>
    input.EncodingType === "url"
      ? encodeURIComponent(key).replaceAll("%2F", "/").replaceAll("%20", "+")
      : key;
  return {
    Name: input.Bucket,
    Prefix: spelled(Prefix),
    MaxKeys,
    KeyCount: keys.length,
    EncodingType: input.EncodingType,
    IsTruncated: all.length > keys.length,
    ...(all.length > keys.length && {
      NextContinuationToken: Buffer.from(keys.at(-1) ?? "").toString("base64"),
    }),
    Contents: keys.map((key) => {
      const { body, etag, modifiedAt } = find(bucket, key);
      return {
        Key: spelled(key),
        Size: body.length,
        ETag: etag,
        LastModified: new Date(modifiedAt),
        StorageClass: "STANDARD",
      };
    }),
  };
}

function checkKey(key = ""): void {
  if (Buffer.byteLength(key) > KEY_BYTES)
    throw new AwsError("KeyTooLongError", "Your key is too long", { status: 400 });
}
