// A bucket: objects by key in the order of their bytes, uploads in parts under way, and the checksums of both.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { CompletedPart } from "@aws-sdk/client-s3";
import { compareUtf8 } from "#local/store/sorted-rows.ts";
import { AwsError } from "../service.ts";

export interface Stored {
  readonly body: Uint8Array;
  readonly etag: string;
  readonly modifiedAt: number;
  readonly crc32: string;
  readonly isComposite: boolean;
  readonly contentType: string | undefined;
  readonly metadata: Record<string, string> | undefined;
}

interface Part {
  readonly body: Uint8Array;
  readonly etag: string;
  readonly crc32: string;
}

interface Upload {
  readonly key: string;
  readonly contentType: string | undefined;
  readonly parts: Map<number, Part>;
}

/** Of every part but the last. */
const LEAST_PART_BYTES = 5 * 1024 * 1024;
const MOST_PARTS = 10_000;

export class Bucket {
  readonly objects = new Map<string, Stored>();
  readonly uploads = new Map<string, Upload>();
  #uploads = 0;

  keysFrom(prefix: string): readonly string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort(compareUtf8);
  }

  put(
    key: string,
    body: Uint8Array,
    more: Pick<Stored, "modifiedAt" | "contentType" | "metadata">,
  ): Stored {
    const stored = {
      ...more,
      body,
      etag: etagOf(body),
      crc32: checksumOf(body),
      isComposite: false,
    };
    this.objects.set(key, stored);
    return stored;
  }

  begin(key: string, contentType: string | undefined): string {
    const id = `upload-${++this.#uploads}`;
    this.uploads.set(id, { key, contentType, parts: new Map() });
    return id;
  }

  uploadOf(id: string | undefined, key: string | undefined): Upload {
    const upload = this.uploads.get(id ?? "");
    if (upload?.key === key && upload !== undefined) return upload;
    throw new AwsError("NoSuchUpload", "The specified upload does not exist.", { status: 404 });
  }

  putPart(upload: Upload, number: number, body: Uint8Array): Part {
    if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS)
      throw new AwsError(
        "InvalidArgument",
        "Part number must be an integer between 1 and 10000, inclusive",
        { status: 400 },
      );
    const part = { body, etag: etagOf(body), crc32: checksumOf(body) };
    upload.parts.set(number, part);
    return part;
  }

  complete(
    id: string,
    upload: Upload,
    wanted: readonly CompletedPart[],
    modifiedAt: number,
  ): Stored {
    const numbers = wanted.map(({ PartNumber = 0 }) => PartNumber);
    if (numbers.some((number, at) => at > 0 && number <= (numbers[at - 1] ?? 0)))
      throw new AwsError("InvalidPartOrder", "The list of parts was not in ascending order.", {
        status: 400,
      });
    const parts = wanted.map((one) => partOf(upload, one));
    if (parts.length === 0 || parts.slice(0, -1).some(({ body }) => body.length < LEAST_PART_BYTES))
      throw new AwsError(
        "EntityTooSmall",
        "Your proposed upload is smaller than the minimum allowed size",
        { status: 400 },
      );
    const stored = {
      body: Buffer.concat(parts.map(({ body }) => body)),
      etag: `"${md5(Buffer.concat(parts.map(({ body }) => digest(body)))).toString("hex")}-${parts.length}"`,
      crc32: `${checksumOf(Buffer.concat(parts.map((part) => Buffer.from(part.crc32, "base64"))))}-${parts.length}`,
      isComposite: true,
      modifiedAt,
      contentType: upload.contentType,
      metadata: undefined,
    };
    this.objects.set(upload.key, stored);
    this.uploads.delete(id);
    return stored;
  }
}

function partOf(upload: Upload, { PartNumber = 0, ETag, ChecksumCRC32 }: CompletedPart): Part {
  const part = upload.parts.get(PartNumber);
  const isSame =
    part?.etag.replaceAll('"', "") === ETag?.replaceAll('"', "") &&
    (ChecksumCRC32 === undefined || ChecksumCRC32 === part?.crc32);
  if (part !== undefined && isSame) return part;
  throw new AwsError("InvalidPart", "One or more of the specified parts could not be found.", {
    status: 400,
  });
}

export function checksumOf(body: Uint8Array): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString("base64");
}

function etagOf(body: Uint8Array): string {
  return `"${digest(body).toString("hex")}"`;
}

function digest(body: Uint8Array): Buffer {
  return md5(body);
}

function md5(body: Uint8Array): Buffer {
  return createHash("md5").update(body).digest();
}
