// What a service of the double is: the operations it knows, as plain functions, and what they throw when AWS would refuse.
import type { Model } from "./model.ts";

export interface Service {
  /** As in the scope of a signature: "dynamodb", "sqs", "ecs", "batch", "s3", "iam", "sts", "logs", "secretsmanager". */
  readonly name: string;
  readonly model: Model;
  readonly operations: Readonly<Record<string, Operation>>;
  /** Where part of the input stands in the host, as S3's bucket does. */
  readonly arrange?: (request: WireRequest) => {
    readonly request: WireRequest;
    readonly input: object;
  };
  /** How the service says "too fast". */
  readonly throttle: { readonly code: string; readonly status: number };
}

/** `input` is what the SDK's command takes, `output` what it answers, less `$metadata`. */
export type Operation = (input: never, context: CallContext) => object | Promise<object>;

export interface CallContext {
  readonly requestId: string;
  /** ARN of who signed. */
  readonly principal: string;
  readonly region: string;
  readonly account: string;
  /** Unix milliseconds on the double's clock. */
  readonly now: number;
  /** The caller hung up: who makes it wait need not go on. */
  readonly signal?: AbortSignal | undefined;
}

/** An answer of AWS that is no success. `status` and `fields` where the model's error has more than a message. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number | undefined;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    more: { readonly status?: number; readonly fields?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = more.status;
    this.fields = more.fields ?? {};
  }
}

export interface WireRequest {
  readonly method: string;
  readonly host: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface Asked {
  readonly operation: string;
  readonly input: object;
}

/** The server's side of one of AWS's protocols. */
export interface Protocol {
  read(request: WireRequest): Asked | Promise<Asked>;
  write(operation: string, output: object, requestId: string): WireResponse;
  fail(error: AwsError, requestId: string): WireResponse;
}
