// The objects' contract over S3: the double, kind and with bad luck on the way.
import { S3Client } from "@aws-sdk/client-s3";
import { s3Objects } from "#functions/aws/objects.ts";
import { Aws } from "#test/aws/aws.ts";
import { hastyClock } from "#test/aws/clock.ts";
import { type FaultRates, faultsBySeed } from "#test/aws/faults.ts";
import { s3 } from "#test/aws/s3.ts";
import { objectsContract } from "./objects.ts";
import { seededRandom } from "./seeded-random.ts";

const ROLE = "arn:aws:iam::123456789012:role/zoe-test";

async function inDouble(rates: FaultRates = {}) {
  const clock = hastyClock(Date.UTC(2026, 0, 1));
  const aws = new Aws({ services: [s3({ buckets: ["files"] })], clock });
  aws.faults = faultsBySeed(seededRandom(5), rates);
  const client = new S3Client(aws.client(ROLE, { maxAttempts: 10 }));
  const objects = s3Objects({ client, bucket: "files", now: () => clock.now() });
  return { objects, close: async () => client.destroy() };
}

objectsContract("S3", () => inDouble());
objectsContract("S3 with bad luck", () =>
  inDouble({ lostReply: 0.03, lostRequest: 0.03, throttle: 0.03, serverError: 0.03 }),
);
