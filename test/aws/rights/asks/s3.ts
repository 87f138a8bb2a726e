// S3: parts of an upload are puts, a list is asked of the bucket with its prefix.
import { type AsksOf, known } from "#test/aws/rights/asks/words.ts";

const OF_OBJECT: Readonly<Record<string, string>> = {
  GetObject: "GetObject",
  HeadObject: "GetObject",
  PutObject: "PutObject",
  CreateMultipartUpload: "PutObject",
  UploadPart: "PutObject",
  CompleteMultipartUpload: "PutObject",
  AbortMultipartUpload: "AbortMultipartUpload",
  DeleteObject: "DeleteObject",
};
const OF_BUCKET: Readonly<Record<string, string>> = {
  ...{ PutBucketPolicy: "PutBucketPolicy", DeleteBucket: "DeleteBucket" },
};

export const s3Asks: AsksOf = (operation, input) => {
  const bucket = `arn:aws:s3:::${input.Bucket}`;
  const object = (action: string, key: unknown) => ({
    ...{ action: `s3:${action}`, resource: `${bucket}/${key}`, context: {} },
  });
  if (operation === "DeleteObjects") {
    const { Objects } = input.Delete as { Objects: { Key: string }[] };
    return Objects.map(({ Key }) => object("DeleteObject", Key));
  }
  if (operation.startsWith("ListObjects")) {
    const prefix = input.Prefix as string | undefined;
    const context = prefix === undefined ? {} : { "s3:prefix": prefix };
    return [{ action: "s3:ListBucket", resource: bucket, context }];
  }
  if (operation in OF_BUCKET)
    return [{ action: `s3:${OF_BUCKET[operation]}`, resource: bucket, context: {} }];
  return [object(known(OF_OBJECT, operation, "s3"), input.Key)];
};
