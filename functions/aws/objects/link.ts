// A URL, signed beforehand, by which whoever has it reads one object for a while: bytes that are too many for an answer of Lambda.
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { BucketPlace } from "#functions/aws/objects.ts";
import { checkKey } from "#functions/objects.ts";

/** It ends sooner when the credentials that sign it do: a function's live for hours. */
export async function linkOf(place: BucketPlace, key: string, seconds: number): Promise<string> {
  checkKey(key);
  const asked = new GetObjectCommand({ Bucket: place.bucket, Key: key });
  const signingDate = new Date(place.now());
  return await getSignedUrl(place.client, asked, { expiresIn: seconds, signingDate });
}
