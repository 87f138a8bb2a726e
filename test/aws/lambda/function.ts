// A function of the double's Lambda, and what an invocation of it may come to.
import type { SQSClient } from "@aws-sdk/client-sqs";

export interface FunctionOptions {
  readonly name: string;
  readonly handler: (event: never) => Promise<unknown>;
  readonly timeoutSeconds: number;
  /** As its role: Lambda's pollers receive and delete with the function's rights. */
  readonly client: SQSClient;
  /** "Terminate", Lambda's default, ends a loop after 16 rounds. */
  readonly recursiveLoop?: "Allow" | "Terminate";
}

/** What an invocation came to. The event source keeps what did not end well. */
export type Invoked =
  | { readonly kind: "answered"; readonly answer: unknown }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "timedOut" }
  | { readonly kind: "throttled" };

/** "If your function is invoked approximately 16 times by the same triggering event, Lambda automatically stops the next invocation." */
export const ROUNDS = 16;
