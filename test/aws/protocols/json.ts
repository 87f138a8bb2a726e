// awsJson1.0 and 1.1: the operation is a header, input and output are JSON.
import type { NormalizedSchema } from "@smithy/core/schema";
import { checkOutput, type Model } from "../model.ts";
import {
  type Asked,
  AwsError,
  type Protocol,
  type WireRequest,
  type WireResponse,
} from "../service.ts";
import { factsOf, unknownOperation } from "./errors.ts";

export function jsonProtocol(service: string, model: Model): Protocol {
  const type = `application/x-amz-json-${model.protocol === "awsJson1_0" ? "1.0" : "1.1"}`;
  return {
    read: (request) => read(service, model, type, request),
    write: (operation, output, requestId) => {
      const schema = model.operations.get(operation)?.output;
      if (schema === undefined) throw unknownOperation(service, operation);
      checkOutput(schema, output, operation);
      const isEmpty = schema.isUnitSchema();
      return respond(200, type, requestId, isEmpty ? "{}" : encode(model, schema, output));
    },
    fail: (error, requestId) => {
      const { schema, status, isSender, queryCode } = factsOf(model, error);
      const name = schema?.getName() ?? error.code;
      const fields =
        schema === undefined ? {} : JSON.parse(text(encode(model, schema, error.fields)));
      const body = { __type: `${model.namespace}#${name}`, message: error.message, ...fields };
      const answer = respond(status, type, requestId, JSON.stringify(body));
      if (queryCode === undefined) return answer;
      const query = `${queryCode};${isSender ? "Sender" : "Receiver"}`;
      return { ...answer, headers: { ...answer.headers, "x-amzn-query-error": query } };
    },
  };
}

async function read(
  service: string,
  model: Model,
  type: string,
  request: WireRequest,
): Promise<Asked> {
  if (request.headers["content-type"] !== type)
    throw new AwsError("UnknownOperationException", `${service} speaks ${type}.`, { status: 404 });
  const operation = request.headers["x-amz-target"]?.split(".")[1] ?? "";
  const schema = model.operations.get(operation)?.input;
  if (schema === undefined || model.codec === undefined) throw unknownOperation(service, operation);
  const input = schema.isUnitSchema()
    ? {}
    : await model.codec.createDeserializer().read(schema, request.body);
  return { operation, input: input as object };
}

function encode(model: Model, schema: NormalizedSchema, value: unknown): string | Uint8Array {
  const serializer = model.codec?.createSerializer();
  serializer?.write(schema, value);
  return serializer?.flush() ?? "{}";
}

function text(body: string | Uint8Array): string {
  if (typeof body === "string") return body;
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
}

function respond(
  status: number,
  type: string,
  requestId: string,
  body: string | Uint8Array,
): WireResponse {
  return {
    status,
    headers: { "content-type": type, "x-amzn-requestid": requestId },
    body: typeof body === "string" ? Buffer.from(body) : body,
  };
}
