// How attempts are written down.
import { hashed } from "#functions/aws/task-queues/shelf.ts";
import type { Call } from "#test/aws/rights/asks/words.ts";
import type { Ask } from "#test/aws/rights/policy.ts";

/** What happens -> the call, or what is asked where no call of the double's can say it. */
export type Attempts = Readonly<Record<string, Call | Ask>>;

export const call = (service: string, operation: string, input: object, output?: object): Call => ({
  ...{ service, operation, input },
  ...(output && { output }),
});

/** Keys of the work table, as task roles know them. */
export const item = (owner: string, rest = "exe_1#counts") => ({
  ...{ pk: { S: `${owner}#${rest}` }, sk: { S: "x" } },
});

export const queueUrl = (owner: string) => url(`zoe_t_${hashed(owner)}_0123456789abcdef`);
export const url = (name: string) => `https://sqs.us-east-1.amazonaws.com/123456789012/${name}`;
