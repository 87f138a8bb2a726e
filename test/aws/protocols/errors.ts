// What every protocol needs to say an error: its schema, its HTTP status, whose fault it is.
import type { NormalizedSchema } from "@smithy/core/schema";
import type { Model } from "../model.ts";
import { AwsError } from "../service.ts";

export interface ErrorFacts {
  readonly schema: NormalizedSchema | undefined;
  readonly status: number;
  readonly isSender: boolean;
  /** The code of services that once spoke the query protocol, where it differs. */
  readonly queryCode: string | undefined;
}

export function factsOf(model: Model, error: AwsError): ErrorFacts {
  const schema = model.errors.get(error.code) ?? byQueryCode(model, error.code);
  const traits = (schema?.getMergedTraits() ?? {}) as {
    httpError?: number;
    error?: string;
    awsQueryError?: readonly [string, number];
  };
  const status =
    error.status ??
    traits.awsQueryError?.[1] ??
    traits.httpError ??
    (traits.error === "server" ? 500 : 400);
  return { schema, status, isSender: status < 500, queryCode: traits.awsQueryError?.[0] };
}

function byQueryCode(model: Model, code: string): NormalizedSchema | undefined {
  for (const schema of model.errors.values()) {
    const { awsQueryError } = schema.getMergedTraits() as { awsQueryError?: readonly [string] };
    if (awsQueryError?.[0] === code) return schema;
  }
  return undefined;
}

export function unknownOperation(service: string, operation: string): AwsError {
  return new AwsError(
    "UnknownOperationException",
    `The double of ${service} has no ${operation}. Add it to its file under test/aws/.`,
    { status: 400 },
  );
}
