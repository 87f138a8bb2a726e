// The body of a submission: one, or a list of at most 1,000 that are read and answered item by item.
import * as z from "zod";
import { sha256 } from "#functions/digest.ts";
import {
  type ReadSubmission,
  readSubmission,
  readSubmissions,
  SUBMISSION_LIMITS,
  type Submission,
  WrittenSubmission,
} from "#shared/submission.ts";
import { type Body, readBytes } from "./body.ts";
import { invalid } from "./faults.ts";
import { decodeUtf8, parseJson } from "./json.ts";

export const SubmissionSchema = WrittenSubmission.meta({ id: "Submission" });

export type Submissions =
  | { readonly kind: "one"; readonly submission: Submission; readonly bodyHash?: string }
  | {
      readonly kind: "many";
      readonly readings: readonly ReadSubmission[];
      readonly bodyHash?: string;
    };

export const NOT_VALID = "The submission is not valid";

const examples = {
  byName: {
    zapp: "document-classifier",
    parameters: { workers: 8 },
    labels: { group: "7" },
  },
  description: {
    description: {
      version: 4,
      name: "say-hello",
      services: [
        { name: "hello", run: "once", image: "busybox", program: ".", command: ["echo", "hello"] },
      ],
    },
    name: "My first",
    maxTime: "10m",
  },
};

const oneOrMany = z.union([
  SubmissionSchema,
  z.array(SubmissionSchema).min(1).max(SUBMISSION_LIMITS.list),
]);

export const submissionsBody: Body<Submissions> = {
  types: { "application/json": { schema: oneOrMany, examples } },
  async read(request, _, limitBytes) {
    const bytes = await readBytes(request, limitBytes);
    const value = parseJson(decodeUtf8(bytes));
    const isKeyed = request.headers.has("idempotency-key");
    const hashed = isKeyed ? { bodyHash: await sha256(bytes) } : {};
    if (!Array.isArray(value)) return { kind: "one", submission: accepted(value), ...hashed };
    return { kind: "many", readings: await readList(value), ...hashed };
  },
};

/** So many at a time, and whoever else waits has a turn in between. */
const READ_TOGETHER = 25;

async function readList(list: readonly unknown[]): Promise<readonly ReadSubmission[]> {
  const readings: ReadSubmission[] = [];
  const isTooLong = list.length > SUBMISSION_LIMITS.list;
  for (let at = 0; at === 0 || at < list.length; at += READ_TOGETHER) {
    const some = readSubmissions(isTooLong ? list : list.slice(at, at + READ_TOGETHER));
    if ("pointer" in some) throw invalid(NOT_VALID, [some]);
    readings.push(...some);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return readings;
}

export const submissionBody: Body<Submission> = {
  types: { "application/json": { schema: SubmissionSchema, examples } },
  read: async (request, _, limitBytes) =>
    accepted(parseJson(decodeUtf8(await readBytes(request, limitBytes)))),
};

function accepted(value: unknown): Submission {
  const { submission, faults } = readSubmission(value);
  if (submission) return submission;
  throw invalid(NOT_VALID, faults);
}
