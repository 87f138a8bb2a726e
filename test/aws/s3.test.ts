// S3 in the double: uploads in parts, checksums, URLs signed beforehand, the same over loopback.
import { Readable } from "node:stream";
import * as sdk from "@aws-sdk/client-s3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { s3Objects } from "#functions/aws/objects.ts";
import { VirtualTimers } from "#test/contract/virtual-timers.ts";
import { Aws } from "./aws.ts";
import { type Loopback, listen } from "./loopback.ts";
import { s3 } from "./s3.ts";

const ROLE = "arn:aws:iam::123456789012:role/zoe-test";
const MIB = 1024 * 1024;
const Bucket = "files";
const Key = "a b/ü.txt";

let aws: Aws;
let clock: VirtualTimers;
let client: sdk.S3Client;
let loopback: Loopback;

beforeEach(async () => {
  clock = new VirtualTimers(Date.now());
  aws = new Aws({ services: [s3({ buckets: [Bucket] })], clock });
  client = new sdk.S3Client(aws.client(ROLE, { maxAttempts: 1 }));
  loopback = await listen(aws);
});
afterEach(() => loopback.close());

const overLoopback = () =>
  new sdk.S3Client({
    region: "us-east-1",
    endpoint: loopback.url,
    forcePathStyle: true,
    credentials: aws.credentials(ROLE),
    maxAttempts: 1,
  });

const text = (body: sdk.GetObjectCommandOutput["Body"]) => body?.transformToString();

describe("uploads in parts", () => {
  const begin = async () =>
    (await client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key }))).UploadId;
  const part = async (UploadId: string | undefined, PartNumber: number, size: number) => {
    const Body = new Uint8Array(size).fill(PartNumber);
    const asked = { Bucket, Key, UploadId, PartNumber, Body };
    const { ETag } = await client.send(new sdk.UploadPartCommand(asked));
    return { PartNumber, ETag };
  };
  const complete = (UploadId: string | undefined, Parts: sdk.CompletedPart[]) =>
    client.send(
      new sdk.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    );

  test("an object is there when its upload is complete, not before", async () => {
    const id = await begin();
    const parts = [await part(id, 1, 5 * MIB), await part(id, 2, 10)];
    const head = () => client.send(new sdk.HeadObjectCommand({ Bucket, Key }));
    await expect(head()).rejects.toMatchObject({ name: "NotFound" });
    await complete(id, parts);
    expect((await head()).ContentLength).toBe(5 * MIB + 10);
    await expect(complete(id, parts)).rejects.toMatchObject({ name: "NoSuchUpload" });
  });

  test("refuses parts that are small, unknown or out of order", async () => {
    const id = await begin();
    const [one, two] = [await part(id, 1, 10), await part(id, 2, 10)];
    await expect(complete(id, [one, two])).rejects.toMatchObject({ name: "EntityTooSmall" });
    await expect(complete(id, [two, one])).rejects.toMatchObject({ name: "InvalidPartOrder" });
    await expect(complete(id, [{ ...one, ETag: '"x"' }])).rejects.toMatchObject({
      name: "InvalidPart",
    });
    await expect(part(id, 10_001, 1)).rejects.toMatchObject({ name: "InvalidArgument" });
  });

  test("the objects port uploads a stream in parts, and gives up one that breaks", async () => {
    const objects = s3Objects({ client, bucket: Bucket, now: () => clock.now() });
    const stream = (chunks: number, end?: Error) => {
      let n = 0;
      return new ReadableStream<Uint8Array>({
        pull(controller) {
          if (n++ < chunks) controller.enqueue(new Uint8Array(3 * MIB).fill(n));
          else if (end) controller.error(end);
          else controller.close();
        },
      });
    };
    const calls: string[] = [];
    aws.recorder = ({ operation }) => calls.push(operation);
    expect(await objects.put("large", stream(7))).toMatchObject({ size: 21 * MIB });
    expect(calls).toEqual([
      "CreateMultipartUpload",
      ...["UploadPart", "UploadPart", "UploadPart"],
      "CompleteMultipartUpload",
    ]);
    const found = await (await objects.get("large"))?.bytes();
    expect([found?.at(0), found?.at(3 * MIB), found?.at(-1)]).toEqual([1, 2, 7]);
    await expect(objects.put("broken", stream(7, new Error("cut")))).rejects.toThrow("cut");
    const { Uploads } = await client.send(new sdk.ListMultipartUploadsCommand({ Bucket }));
    expect(Uploads ?? []).toEqual([]);
    expect(await objects.stat("broken")).toBeUndefined();
  });
});

test("a body that is not what its checksum says is refused", async () => {
  const asked = { Bucket, Key, Body: "text", ChecksumCRC32: "AAAAAA==" };
  await expect(client.send(new sdk.PutObjectCommand(asked))).rejects.toMatchObject({
    name: "BadDigest",
  });
});

test("over loopback objects go both ways, streams in chunks with a checksum behind", async () => {
  const there = overLoopback();
  await there.send(new sdk.PutObjectCommand({ Bucket, Key, Body: "text" }));
  expect(await text((await there.send(new sdk.GetObjectCommand({ Bucket, Key }))).Body)).toBe(
    "text",
  );
  const Body = Readable.from([Buffer.from("one "), Buffer.from("two")], { objectMode: false });
  await there.send(new sdk.PutObjectCommand({ Bucket, Key: "s", Body, ContentLength: 7 }));
  const found = await client.send(new sdk.GetObjectCommand({ Bucket, Key: "s" }));
  expect(await text(found.Body)).toBe("one two");
  await expect(there.send(new sdk.GetObjectCommand({ Bucket, Key: "none" }))).rejects.toMatchObject(
    { name: "NoSuchKey" },
  );
  there.destroy();
});

test("a link gives the object to whoever has it, for its time, and nothing else", async () => {
  const place = { client: overLoopback(), bucket: Bucket, now: () => clock.now() };
  const objects = s3Objects(place);
  await objects.put(Key, new TextEncoder().encode("text"));
  const url = (await objects.link?.(Key, 60)) ?? "";
  expect(await (await fetch(url)).text()).toBe("text");
  const other = await fetch(url.replace("b/", "c/"));
  expect([other.status, await other.text()]).toEqual([
    403,
    expect.stringContaining("SignatureDoesNotMatch"),
  ]);
  expect((await fetch(url, { method: "PUT", body: "mine" })).status).toBe(403);
  clock.elapse(62_000);
  expect(await (await fetch(url)).text()).toContain("Request has expired");
  place.client.destroy();
});

test("a bucket that is not there, and an operation that the double lacks", async () => {
  await expect(client.send(new sdk.HeadBucketCommand({ Bucket: "none" }))).rejects.toMatchObject({
    name: "NotFound",
  });
  await expect(client.send(new sdk.ListBucketsCommand({}))).rejects.toThrow(
    "The double of s3 has no ListBuckets",
  );
});
