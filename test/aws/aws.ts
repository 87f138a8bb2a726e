// The double of AWS, at the wire: real SDK clients talk to it, over loopback (loopback.ts) or in process, 0.2 ms a call:
//
//   const aws = new Aws({ services: [dynamodb(), sqs()], clock });
//   const client = new SQSClient(aws.client("arn:aws:iam::123456789012:role/zoe-feed"));
//
// To add a service: one file that answers a `Service`: the model is the SDK's (`modelOf(sdk, new sdk.SQSClient(offline))`),
// the operations are functions `(input, context) => output` over the SDK's own types; what AWS would refuse is thrown as
// `AwsError(code, message)`. Protocols, signatures, faults and the record are done here for all. An operation the double lacks is
// refused by name, and an output that AWS's model has no word for throws: the double may be small, but not wrong.
// State is the service's own; a service that needs time is given the clock where it is made, and one that calls another, that one.
import { randomUUID } from "node:crypto";
import type { RequestSigner } from "@smithy/types";
import { UNHEARD } from "#functions/aws/unheard.ts";
import { type Clock, realClock } from "./clock.ts";
import type { Fault, FaultSource } from "./faults.ts";
import { InProcess } from "./in-process.ts";
import { checkPresigned } from "./presigned.ts";
import { type Credentials, Principals } from "./principals.ts";
import { protocolOf } from "./protocols/protocol.ts";
import { QuickRetries } from "./quick-retries.ts";
import type { Recorder } from "./recorder.ts";
import {
  type Asked,
  AwsError,
  type CallContext,
  type Protocol,
  type Service,
  type WireRequest,
  type WireResponse,
} from "./service.ts";

export const ACCOUNT = "123456789012";
export const REGION = "us-east-1";

export interface AwsOptions {
  readonly services: readonly Service[];
  readonly clock?: Clock;
  readonly faults?: FaultSource;
  readonly recorder?: Recorder;
}

interface Served {
  readonly service: Service;
  readonly protocol: Protocol;
}

/** `undefined` stands for a connection that breaks without an answer. */
export type Answer = WireResponse | undefined;

export class Aws {
  readonly clock: Clock;
  readonly principals = new Principals();
  /** May be changed while it runs. */
  faults: FaultSource | undefined;
  recorder: Recorder | undefined;
  readonly #served: ReadonlyMap<string, Served>;

  constructor({ services, clock = realClock, faults, recorder }: AwsOptions) {
    this.clock = clock;
    this.faults = faults;
    this.recorder = recorder;
    this.#served = new Map(
      services.map((service) => [service.name, { service, protocol: protocolOf(service) }]),
    );
  }

  /** What a client of the SDK needs to speak to the double in this process, as this principal. Retries take virtual time. */
  client(principal: string, more: { readonly maxAttempts?: number } = {}) {
    const credentials = this.credentials(principal);
    return {
      ...{ region: REGION, credentials, signer: signedBy(credentials) },
      requestHandler: new InProcess(this),
      logger: UNHEARD,
      retryStrategy: new QuickRetries(this.clock, more.maxAttempts ?? 3),
    };
  }

  credentials(principal: string): Credentials {
    return this.principals.signIn(principal);
  }

  async answer(request: WireRequest, signal?: AbortSignal): Promise<Answer> {
    const requestId = randomUUID();
    const { principal, scope } = this.principals.whoSigned(request);
    const served = this.#served.get(scope);
    if (served === undefined)
      throw new Error(`The double has no service "${scope}" (${request.method} ${request.host}).`);
    const context = {
      requestId,
      principal,
      region: REGION,
      account: ACCOUNT,
      now: this.clock.now(),
      signal,
    };
    return await this.#call(served, request, context);
  }

  async #call(served: Served, request: WireRequest, context: CallContext): Promise<Answer> {
    const { service, protocol } = served;
    let asked: Asked;
    try {
      checkPresigned(request, (key) => this.principals.secretOf(key), this.clock.now());
      asked = await read(served, request);
    } catch (error) {
      return protocol.fail(asAwsError(error), context.requestId);
    }
    const fault = this.faults?.({ ...asked, service: service.name, principal: context.principal });
    const outcome = await this.#outcome(served, asked, context, fault);
    this.recorder?.({
      at: context.now,
      service: service.name,
      principal: context.principal,
      ...asked,
      ...("output" in outcome ? { output: outcome.output } : {}),
      ...(outcome.error === undefined
        ? {}
        : { error: { code: outcome.error.code, message: outcome.error.message } }),
      ...(fault === undefined ? {} : { fault: fault.kind }),
    });
    if (fault?.kind === "lostReply" || fault?.kind === "lostRequest") return undefined;
    if (outcome.error !== undefined) return protocol.fail(outcome.error, context.requestId);
    return protocol.write(asked.operation, outcome.output ?? {}, context.requestId);
  }

  async #outcome(
    { service }: Served,
    { operation, input }: Asked,
    context: CallContext,
    fault: Fault | undefined,
  ): Promise<{ output?: object; error?: AwsError }> {
    if (fault?.kind === "latency") await sleep(this.clock, fault.ms);
    const refusal = refusalOf(service, fault);
    if (refusal !== undefined) return { error: refusal };
    if (fault?.kind === "lostRequest") return {};
    const act = service.operations[operation] as
      | ((input: object, context: CallContext) => object | Promise<object>)
      | undefined;
    if (act === undefined)
      return {
        error: new AwsError(
          "NotImplemented",
          `The double of ${service.name} has no ${operation}: add it to its file under test/aws/.`,
          { status: 501 },
        ),
      };
    try {
      return { output: await act(input, context) };
    } catch (error) {
      return { error: asAwsError(error) };
    }
  }
}

async function read({ service, protocol }: Served, request: WireRequest): Promise<Asked> {
  const arranged = service.arrange?.(request) ?? { request, input: {} };
  const asked = await protocol.read(arranged.request);
  return { operation: asked.operation, input: { ...arranged.input, ...asked.input } };
}

function refusalOf(service: Service, fault: Fault | undefined): AwsError | undefined {
  if (fault?.kind === "throttle")
    return new AwsError(service.throttle.code, "Rate exceeded", {
      status: service.throttle.status,
    });
  if (fault?.kind === "refuse") return fault.error;
  if (fault?.kind === "serverError")
    return new AwsError("InternalFailure", "We encountered an internal error.", { status: 500 });
  return undefined;
}

/** A fault of the double's own is no answer of AWS: it reaches whoever runs the test. */
function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  throw error;
}

function sleep(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}

/** Who calls, without the hash over what is called: in process nobody checks that. */
function signedBy({ accessKeyId }: Credentials): RequestSigner {
  return {
    async sign(request) {
      const labels = request.hostname.split(".");
      const service = labels[labels.indexOf(REGION) - 1] ?? labels[0];
      const scope = `${accessKeyId}/20260101/${REGION}/${service}/aws4_request`;
      request.headers.authorization = `AWS4-HMAC-SHA256 Credential=${scope}`;
      return request;
    },
  };
}
