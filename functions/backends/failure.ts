// What a call that failed means, told apart by code and message: AWS hides one kind in another's code. Pure.

export type Failure =
  /** Nobody knows whether it was done. */
  | { readonly kind: "unknown"; readonly reason: string }
  | { readonly kind: "throttled"; readonly reason: string }
  | { readonly kind: "noCapacity"; readonly reason: string }
  /** A role that was just made: IAM is eventually consistent. */
  | { readonly kind: "roleNotReady"; readonly reason: string }
  /** The token was used with other parameters: what it started then is what we want. */
  | { readonly kind: "started"; readonly ids: readonly string[] }
  | { readonly kind: "refused"; readonly reason: string };

/** Throttling comes with any of these; by EC2 behind ECS also as an InvalidParameterException, and so do concurrent registrations. */
const THROTTLED =
  /throttl|rate exceeded|too many requests|too many concurrent attempts|request limit exceeded/i;
const NO_CAPACITY =
  /capacity is unavailable|insufficient.*capacity|insufficientinstancecapacity|reached the limit on the number of (vcpus|tasks)|^RESOURCE:|no container instances were found/i;
const ROLE =
  /unable to assume (the )?(service linked )?role|role.*(cannot|can't|could not) be assumed/i;

export function failureOf(error: unknown): Failure {
  const { name, message, status, ids } = partsOf(error);
  if (name === "ConflictException" && ids !== undefined) return { kind: "started", ids };
  const reason = name === "" ? message : `${name}: ${message}`;
  if (status === 429 || THROTTLED.test(name) || THROTTLED.test(message))
    return { kind: "throttled", reason };
  if (NO_CAPACITY.test(message)) return { kind: "noCapacity", reason };
  if (ROLE.test(message)) return { kind: "roleNotReady", reason };
  if (status === undefined || status >= 500) return { kind: "unknown", reason };
  return { kind: "refused", reason };
}

/** One of RunTask's `failures`: the call succeeded, this task was not placed. */
export function placementFailure({
  reason = "No reason was given.",
  detail,
}: {
  readonly reason?: string;
  readonly detail?: string;
}): Failure {
  const text = detail === undefined ? reason : `${reason} (${detail})`;
  return failureOf({ name: "", message: text, $metadata: { httpStatusCode: 400 } });
}

/** An answer has a status; what has none got no answer. */
function partsOf(error: unknown) {
  const { name, message, $metadata, resourceIds } = error as {
    readonly name?: string;
    readonly message?: string;
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly resourceIds?: readonly string[];
  };
  return {
    ...{ name: name ?? "", message: message ?? String(error), ids: resourceIds },
    status: $metadata?.httpStatusCode,
  };
}
